export { amountOf } from './amount.js';
export { describeRule, describeTest } from './describe.js';
export {
  CONDITION_KEYS,
  COMBINATORS,
  OPERATORS,
  type Condition,
  type Operator,
} from './document/condition.js';
export {
  policyDocumentSchema,
  policyKeys,
  type PolicyDocument,
  type PolicyDocumentInput,
} from './document/document.js';
export type { RuleObligations } from './document/obligations.js';
export type { Match, PolicyRule } from './document/rule.js';
export { PolicyError, type PolicyErrorCode } from './errors.js';
export { evaluatePolicy } from './evaluate.js';
export { explainDecision, type Explanation, type FailedTest, type RuleTrace } from './explain.js';
export { compileGlob, globProblem, type Glob } from './glob.js';
export type { PolicyIssue, PolicyIssueCode, Position, Range } from './issue.js';
export type {
  FieldTest,
  Meter,
  NormalRule,
  NormalTest,
  Requirement,
} from './normal/normal-form.js';
export { approvalsInWords } from './obligations.js';
export { parsePolicy, type PolicyParseResult } from './parse/parse-policy.js';
export {
  codingAgentPolicy,
  createPolicy,
  type Policy,
  type PolicyServer,
  type RuleInForce,
} from './policy.js';
export { isClearResource } from './path.js';
export { givenText } from './presets/lists.js';
export { PACK_NAMES, PRESET_NAMES } from './presets/names.js';
export { measuredRules, type RuleCoverage } from './testing/coverage.js';
export { factsFor } from './testing/facts.js';
export {
  parsePolicyTests,
  type PolicyTest,
  type PolicyTestExpectation,
  type PolicyTests,
} from './testing/parse-policy-tests.js';
export {
  determiningRules,
  runPolicyTests,
  type PolicyTestResult,
  type PolicyTestRun,
} from './testing/run-policy-tests.js';
export { readShortAction } from './testing/short-action.js';
export {
  policyTestKeys,
  policyTestsJsonSchema,
  testFactsSchema,
  type TestFacts,
} from './testing/test-document.js';
export {
  cedarProgram,
  cedarSubject,
  exportCedar,
  patternPolicies,
  type CedarExport,
  type CedarPolicies,
  type CedarProgram,
} from './export/cedar/export-cedar.js';
export { segmentNeeds, type SegmentNeeds } from './export/cedar/glob-expression.js';
export type { Pattern } from './export/cedar/vocabulary.js';
export { cedarFact, type MatchedPatterns } from './export/cedar/fact.js';
export {
  projectAction,
  projectionNames,
  projectNames,
  type Projection,
  type ProjectionNames,
  type ZoneFact,
} from './export/project-action.js';
export { fold, type FieldFact } from './export/project-field.js';
export {
  exportRego,
  globFieldsOf,
  type RegoData,
  type RegoExport,
  type RegoRule,
} from './export/rego/export-rego.js';
export { REGO_HELPERS } from './export/rego/helpers.js';
export { regoInput, type RegoField, type RegoInput } from './export/rego/rego-input.js';
export { analyzePolicy, type PolicyAnalysis } from './language/analyze.js';
export { completePolicy } from './language/completion.js';
export type { Completion } from './language/suggestion.js';
export { KEY_DOCS, type KeyDoc } from './language/docs.js';
export type {
  FixableIssue,
  PolicyEnvironment,
  QuickFix,
  TextEdit,
} from './language/environment.js';
export {
  ruleFromDecision,
  type FromDecisionOptions,
  type RuleDraft,
} from './language/from-decision.js';
export { hoverPolicy, type Hover } from './language/hover.js';
export { insertRule } from './language/insert-rule.js';
export {
  diffPolicies,
  type ChangeDirection,
  type PolicyChange,
  type PolicyDiff,
} from './language/diff.js';
export { policyJsonSchema } from './language/json-schema.js';
export {
  renameableAt,
  renameList,
  renamePolicyName,
  renameRole,
  renameRule,
  type Renameable,
  type Renaming,
} from './language/rename.js';
export {
  documentSymbols,
  rulePlaces,
  type PolicySymbol,
  type RulePlace,
} from './language/symbols.js';
export { globsCover } from './lint/glob-relations.js';
export { lintPolicy } from './lint/lint-policy.js';
