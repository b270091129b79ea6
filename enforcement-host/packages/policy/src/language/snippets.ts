import type { MapName } from './shape.js';

/** Several lines to fill in, with tab stops. */
export interface Snippet {
  readonly label: string;
  readonly detail: string;
  /** The first line stands at the cursor, the others at its column. */
  readonly lines: readonly string[];
}

const RULES: readonly Snippet[] = [
  {
    label: 'deny rule',
    detail: 'nothing of this kind, whatever other rules say',
    lines: [
      'id: ${1:no-such-thing}',
      'effect: deny',
      'description: ${2:why}',
      'match:',
      '  tool: ${3:mcp.tool.call}',
      'when:',
      "  - { field: ${4:context.paths}, matches: ['${5:infra/prod/**}'] }",
    ],
  },
  {
    label: 'allow rule with constraints',
    detail: 'this kind, within bounds',
    lines: [
      'id: ${1:some-thing}',
      'effect: allow',
      'description: ${2:why}',
      'match:',
      '  tool: ${3:github.pull_requests.create}',
      'when:',
      '  - { field: ${4:payload.base}, equals: ${5:main} }',
      'obligations:',
      '  maxFilesChanged: ${6:12}',
      '  passTtlSeconds: ${7:60}',
    ],
  },
  {
    label: 'step_up rule',
    detail: 'only with the approval of a human',
    lines: [
      'id: ${1:ask-for-thing}',
      'effect: step_up',
      'description: ${2:needs an approval of its exact content}',
      'match:',
      '  tool: ${3:mcp.tool.call}',
      '  resource: ${4:mcp:*/write_*}',
    ],
  },
  {
    label: 'step_up rule with two approvers',
    detail: 'only with the approval of two humans of a role',
    lines: [
      'id: ${1:four-eyes}',
      'effect: step_up',
      'match:',
      '  tool: ${2:paid_api.call}',
      'obligations:',
      '  approverRoles: [${3:finance}]',
      '  approvals: 2',
    ],
  },
  {
    label: 'allow only what the human asked for',
    detail: "the value stands in the human's own request",
    lines: [
      'id: ${1:as-asked}',
      'effect: allow',
      'match:',
      '  tool: mcp.tool.call',
      '  resource: ${2:mcp:mail/send_email}',
      'when:',
      '  - { field: ${3:payload.arguments.recipients}, stated_by_human: true }',
    ],
  },
];

const DOCUMENTS: readonly Snippet[] = [
  {
    label: 'policy with a preset',
    detail: 'the rules of coding-agent, and a place for your own',
    lines: ['version: 1', 'preset: ${1:coding-agent}', 'policies: []'],
  },
];

const CONDITIONS: readonly Snippet[] = [
  {
    label: 'condition',
    detail: 'a field and an operator',
    lines: ['field: ${1:payload.base}', '${2:equals}: ${3:main}'],
  },
];

/** Snippets that a new mapping may begin as. */
export function snippets(of: MapName): readonly Snippet[] {
  if (of === 'rule') return RULES;
  if (of === 'document') return DOCUMENTS;
  return of === 'condition' ? CONDITIONS : [];
}
