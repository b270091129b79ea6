import {
  analyzePolicy,
  completePolicy,
  hoverPolicy,
  parsePolicyTests,
  renameableAt,
  renamePolicyName,
  type FixableIssue,
  type PolicyEnvironment,
  type PolicySymbol as Symbol,
  type TextEdit as Edit,
} from '@axtary/policy';
import type {
  AnalyzedIssue,
  CompletionItem,
  ControlProtocol,
  PolicyAnalysis,
  PolicyTextKind,
  Result,
  TextEdit,
  TextPosition,
} from '@axtary/protocol';

export interface TextQuestion {
  readonly text: string;
  readonly kind: PolicyTextKind;
}

/** What is wrong with a text, and what is in it. */
export function analyze(
  { text, kind }: TextQuestion,
  environment: PolicyEnvironment,
): PolicyAnalysis {
  if (kind === 'tests') return analyzeTests(text);
  const { issues, symbols, rules } = analyzePolicy(text, environment);
  return {
    issues: issues.map(issueOf),
    symbols: symbols.map((symbol) => ({
      ...symbolOf(symbol),
      children: symbol.children.map(symbolOf),
    })),
    rules: rules.map(({ id, index, effect, range, idRange }) => ({
      id,
      index,
      effect,
      range,
      idRange,
    })),
  };
}

function analyzeTests(text: string): PolicyAnalysis {
  const { issues, tests } = parsePolicyTests(text);
  const symbols = tests.map(({ name, range, expect }) => ({
    name,
    detail: expect.decision,
    kind: 'test',
    range,
    nameRange: range,
    children: [],
  }));
  return { issues: issues.map(issueOf), symbols, rules: [] };
}

function symbolOf({
  name,
  detail,
  kind,
  range,
  selectionRange,
}: Symbol): Omit<PolicyAnalysis['symbols'][number], 'children'> {
  return { name, detail, kind, range, nameRange: selectionRange };
}

/** As analysis tells it. */
function issueOf({ code, message, severity, range, fixes }: FixableIssue): AnalyzedIssue {
  return {
    code,
    message,
    severity,
    range,
    ...(fixes && {
      fixes: fixes.map(({ title, edits }) => ({ title, edits: edits.map(editOf) })),
    }),
  };
}

function editOf({ range, newText }: Edit): TextEdit {
  return { range, newText };
}

export interface PlaceQuestion extends TextQuestion {
  readonly position: TextPosition;
}

/** What may stand at a position. Files of tests have none of their own yet. */
export function complete(
  { text, kind, position }: PlaceQuestion,
  environment: PolicyEnvironment,
): CompletionItem[] {
  if (kind === 'tests') return [];
  return completePolicy(text, position, environment).map((item) => ({ ...item }));
}

/** What there is to say about a position. */
export function hover({
  text,
  kind,
  position,
}: PlaceQuestion): Result<ControlProtocol, 'policy/hover'> {
  if (kind === 'tests') return {};
  const found = hoverPolicy(text, position);
  return found ? { range: found.range, markdown: found.markdown } : {};
}

export interface RenameQuestion {
  readonly text: string;
  readonly position: TextPosition;
  readonly newName: string | undefined;
}

/** Where a name stands that can be changed, and what changing it takes. */
export function rename({
  text,
  position,
  newName,
}: RenameQuestion): Result<ControlProtocol, 'policy/rename'> {
  const found = renameableAt(text, position);
  if (!found) return { edits: [], problem: 'there is no rule, list or role to be renamed here' };
  const place = { range: found.range, name: found.name };
  if (newName === undefined) return { ...place, edits: [] };
  const renaming = renamePolicyName(text, position, newName);
  if ('problem' in renaming) return { ...place, edits: [], problem: renaming.problem };
  return { ...place, edits: renaming.edits.map(editOf) };
}
