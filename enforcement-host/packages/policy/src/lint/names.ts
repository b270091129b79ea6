import type { Condition } from '../document/condition.js';
import type { PolicyDocument } from '../document/document.js';
import type { PolicyRule } from '../document/rule.js';
import { listOf } from '../document/text.js';
import type { PolicyEnvironment } from '../language/environment.js';
import { BUILT_IN_TOOLS } from '../language/fields.js';
import { nearest } from '../nearest.js';
import type { RuleInForce } from '../policy.js';
import { PRESETS } from '../presets/generated.js';
import type { Finding, Path } from './finding.js';

/** Tools and servers that are there. */
export interface Targets {
  /** Tools and resources of MCP tools; `undefined` where nobody says. */
  readonly known: ReadonlySet<string> | undefined;
  readonly servers: ReadonlySet<string>;
}

/** The tools and servers of an environment and of the file itself. */
export function targetsOf({ servers }: PolicyDocument, environment: PolicyEnvironment): Targets {
  const { tools } = environment;
  return {
    known: tools && new Set([...tools, ...BUILT_IN_TOOLS]),
    servers: new Set([...Object.keys(servers), ...(environment.servers ?? [])]),
  };
}

/** Tools, resources and servers that nobody serves, as far as is known. Paths are below the rule. */
export function unknownTargets(
  { match }: PolicyRule,
  { known, servers }: Targets,
): readonly Finding[] {
  return [
    ...placed(match.tool, ['match', 'tool']).flatMap((each) => unknownTool(each, known)),
    ...placed(match.resource, ['match', 'resource']).flatMap((each) =>
      unknownResource(each, { known, servers }),
    ),
  ];
}

interface Placed {
  readonly name: string;
  readonly path: Path;
}

function placed(globs: string | readonly string[] | undefined, path: Path): readonly Placed[] {
  if (globs === undefined) return [];
  if (typeof globs === 'string') return [{ name: globs, path }];
  return globs.map((name, index) => ({ name, path: [...path, index] }));
}

function unknownTool({ name, path }: Placed, known: Targets['known']): readonly Finding[] {
  if (known === undefined || name.includes('*') || known.has(name)) return [];
  const tools = [...known].filter((each) => !each.startsWith('mcp:'));
  return [unknown({ code: 'unknown-tool', what: 'tool', name, path }, tools)];
}

function unknownResource({ name, path }: Placed, { known, servers }: Targets): readonly Finding[] {
  const [, server, tool] = /^mcp:([^/*]+)\/(.+)$/.exec(name) ?? [];
  if (server === undefined || tool === undefined) return [];
  const ofServer = [...(known ?? [])].filter((each) => each.startsWith(`mcp:${server}/`));
  if (servers.size > 0 && !servers.has(server) && ofServer.length === 0) {
    return [
      unknown({ code: 'unknown-server', what: 'MCP server', name: server, path }, [...servers]),
    ];
  }
  // Of a server whose tools nobody has seen, nothing is known.
  if (ofServer.length === 0 || tool.includes('*') || known?.has(name)) return [];
  return [unknown({ code: 'unknown-tool', what: 'MCP tool', name, path }, ofServer)];
}

interface Unknown extends Placed {
  readonly code: Finding['code'];
  readonly what: string;
}

function unknown({ code, what, name, path }: Unknown, known: readonly string[]): Finding {
  const near = nearest(name, known);
  const hint =
    near === undefined ? 'the rule holds for none that is known' : `did you mean "${near}"?`;
  const message = `unknown ${what}: ${hint}`;
  return { code, severity: 'warning', message, path, ...(near !== undefined && { nearest: near }) };
}

/** Roles of approvers that nobody has. Paths are below the rule. */
export function unknownRoles(
  { obligations }: PolicyRule,
  { roles }: PolicyDocument,
): readonly Finding[] {
  return (obligations?.approverRoles ?? []).flatMap((name, index) =>
    Object.hasOwn(roles, name)
      ? []
      : [
          unknown(
            {
              code: 'unknown-role',
              what: 'role',
              name,
              path: ['obligations', 'approverRoles', index],
            },
            Object.keys(roles),
          ),
        ],
  );
}

/** Lists and roles that no rule uses. */
export function unusedNames(
  document: PolicyDocument,
  rules: readonly RuleInForce[],
): readonly Finding[] {
  const lists = new Set(rules.flatMap(({ rule }) => (rule.when ?? []).flatMap(listsIn)));
  const roles = new Set(
    rules.flatMap(({ rule }) => [
      ...listOf(rule.match.roles ?? []),
      ...(rule.obligations?.approverRoles ?? []),
    ]),
  );
  // Fields in obligations may be compared with lists as well.
  for (const { rule } of rules) {
    for (const limits of Object.values(rule.obligations?.fields ?? {})) {
      for (const name of listsIn(limits)) lists.add(name);
    }
  }
  return [
    ...unused('lists', Object.keys(document.lists), lists),
    ...unused('roles', Object.keys(document.roles), roles),
  ];
}

function unused(
  section: 'lists' | 'roles',
  names: readonly string[],
  used: ReadonlySet<string>,
): readonly Finding[] {
  const what = section === 'lists' ? 'list' : 'role';
  return names
    .filter((name) => !used.has(name))
    .map((name) => ({
      code: 'unused',
      severity: 'info',
      message: unusedMessage(what, name),
      path: [section, name],
      isAboutKey: true,
    }));
}

function unusedMessage(what: 'list' | 'role', name: string): string {
  const pack =
    what === 'list'
      ? Object.entries(PRESETS).find(([, { lists }]) => Object.hasOwn(lists, name))?.[0]
      : undefined;
  const hint = pack === undefined ? '' : `; rules of "${pack}" would, if the file had it`;
  return `unused: no rule names this ${what}${hint}`;
}

function listsIn(condition: Condition): readonly string[] {
  const own = Object.entries(condition).flatMap(([key, other]) =>
    typeof other === 'string' && key.endsWith('Field') && other.startsWith('lists.')
      ? [other.slice('lists.'.length)]
      : [],
  );
  const inner = [...(condition.any ?? []), ...(condition.all ?? [])];
  const all = condition.not === undefined ? inner : [...inner, condition.not];
  return [...own, ...all.flatMap(listsIn)];
}
