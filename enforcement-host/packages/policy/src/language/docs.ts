import type { Operator } from '../document/condition.js';
import type { MapName } from './shape.js';

/** What a key means, in one or two sentences, and how it is written. */
export interface KeyDoc {
  readonly text: string;
  readonly example: string;
}

type Docs = Readonly<Record<string, KeyDoc>>;

const OPERATOR_DOCS: Readonly<Record<Operator, KeyDoc>> = {
  equals: {
    text: 'The field, or one element of it, is this value.',
    example: 'equals: main',
  },
  notEquals: {
    text: 'No element of the field is this value. Also holds where the field is absent.',
    example: 'notEquals: true',
  },
  in: {
    text: 'The field, or one element of it, is one of these values.',
    example: 'in: [low, medium]',
  },
  notIn: {
    text: 'No element of the field is one of these values. Also holds where the field is absent.',
    example: 'notIn: [payroll, legal]',
  },
  allIn: {
    text: 'There is at least one element, and every one is one of these values.',
    example: 'allIn: [title, status]',
  },
  hasAll: {
    text: 'Every one of these values is among the elements of the field.',
    example: 'hasAll: [reviewed, tested]',
  },
  matches: {
    text: 'The field, or one element of it, matches one of these globs. In a rule that allows, "allMatch" is mostly what is meant.',
    example: "matches: ['infra/**', '**/.env*']",
  },
  notMatches: {
    text: 'No element of the field matches any of these globs. Also holds where the field is absent.',
    example: "notMatches: 'release/*'",
  },
  allMatch: {
    text: 'There is at least one element, and every one matches one of these globs.',
    example: 'allMatch: [src/**, test/**]',
  },
  max: { text: 'The field is a whole number up to this one.', example: 'max: 100' },
  min: { text: 'The field is a whole number from this one on.', example: 'min: 1' },
  over: { text: 'The field is a whole number greater than this one.', example: 'over: 5000' },
  under: { text: 'The field is a whole number less than this one.', example: 'under: 0' },
  maxSize: {
    text: 'The field has at most so many elements, or UTF-16 units where it is a text.',
    example: 'maxSize: 12',
  },
  overSize: {
    text: 'The field has more than so many elements, or UTF-16 units where it is a text.',
    example: 'overSize: 12',
  },
  present: {
    text: 'The field is there (true), or is not (false).',
    example: 'present: true',
  },
  stated_by_human: {
    text: "Every element of the field stands verbatim in the human's own request, never only in what a tool returned. With false: the field is there and does not.",
    example: 'stated_by_human: true',
  },
  equalsField: {
    text: 'The field, or one element of it, is a value of another field or of a list.',
    example: 'equalsField: lists.payees',
  },
  notEqualsField: {
    text: 'No element of the field is a value of the other field. False where the other field is absent.',
    example: 'notEqualsField: constraints.baseBranch',
  },
  allInField: {
    text: 'There is at least one element, and every one is a value of another field or of a list.',
    example: 'allInField: lists.channels',
  },
  matchesField: {
    text: 'The field, or one element of it, matches a glob in another field or in a list.',
    example: 'matchesField: constraints.blockedPaths',
  },
  allMatchField: {
    text: 'There is at least one element, and every one matches a glob in another field or in a list.',
    example: 'allMatchField: lists.colleagues',
  },
  maxField: {
    text: 'The field is a whole number up to the one in another field.',
    example: 'maxField: constraints.limit',
  },
  overField: {
    text: 'The field is a whole number greater than the one in another field.',
    example: 'overField: constraints.limit',
  },
  maxSizeField: {
    text: "The field has at most as many elements as another field's number says.",
    example: 'maxSizeField: constraints.maxFilesChanged',
  },
  overSizeField: {
    text: "The field has more elements than another field's number says.",
    example: 'overSizeField: constraints.maxFilesChanged',
  },
};

const WINDOWED = {
  max: {
    text: 'At most so many executions, or for a budget so much in sum, in any window.',
    example: 'max: 20',
  },
  windowSeconds: {
    text: 'Length of the sliding window in seconds; at most 31 days.',
    example: 'windowSeconds: 3600',
  },
  per: {
    text: 'Whose use is counted: each combination of these has its own count. Without it, per human: what an agent is called is its own claim.',
    example: 'per: [agent, task]',
  },
} satisfies Docs;

const WINDOW_DOC = {
  text: 'It is inside this part of the week, in its time zone.',
  example: "window: { days: [mon, fri], from: '09:00', to: '17:00', timeZone: Europe/Berlin }",
};

/** Every key of a policy: for hovers, completions and the JSON Schema. */
export const KEY_DOCS: Readonly<Record<MapName, Docs>> = {
  document: {
    version: { text: 'Version of the policy language.', example: 'version: 1' },
    preset: {
      text: "Rules that are in force beside the file's own. Without it, those of coding-agent; with none, only the file's own.",
      example: 'preset: read-only',
    },
    packs: {
      text: 'Rules for single adapters, beside those of the preset.',
      example: 'packs: [github, slack]',
    },
    shadow: {
      text: 'Makes the file a draft: its own rules are evaluated and recorded, never enforced.',
      example: 'shadow: true',
    },
    tenant: { text: 'The organisation that agents act for.', example: 'tenant: org:example' },
    human: {
      text: 'The human that agents act for, where nothing else says who.',
      example: 'human: user:dev@example.com',
    },
    roles: {
      text: 'Who has a role: humans whose agents act ("user:…") and approvers ("approver:…").',
      example: "roles:\n  releaser: ['user:ada@example.com']",
    },
    lists: {
      text: 'Lists that conditions compare with, as the fields "lists.<name>".',
      example: "lists:\n  colleagues: ['*@example.com']",
    },
    servers: {
      text: 'MCP servers that the enforcement host starts or reaches, by name. Starting one runs a command: trusting the file trusts that.',
      example: 'servers:\n  docs:\n    url: https://docs.example.com/mcp',
    },
    delegation: {
      text: 'How far agents may delegate to sub-agents. It bounds the enforcement point and is no part of a decision.',
      example: 'delegation: { maxDepth: 1 }',
    },
    policies: {
      text: 'The rules. Their order does not matter: deny wins over step_up, and that over allow; what no rule allows is denied.',
      example:
        'policies:\n  - id: no-secrets\n    effect: deny\n    match: { tool: mcp.tool.call }',
    },
  },
  server: {
    command: { text: 'The program of a stdio server.', example: 'command: npx' },
    args: { text: 'Its arguments.', example: "args: ['-y', '@example/server']" },
    env: {
      text: 'Environment variables that it gets. Credentials do not belong into this file.',
      example: 'env: { LOG_LEVEL: info }',
    },
    cwd: { text: 'The folder in which it runs.', example: 'cwd: tools' },
    url: {
      text: 'Address of a Streamable HTTP server: https, or http on loopback.',
      example: 'url: https://docs.example.com/mcp',
    },
    headers: { text: 'HTTP headers of every request to it.', example: 'headers: { X-Team: web }' },
  },
  delegation: {
    maxDepth: {
      text: 'How far sub-agents may go on delegating, from 0 to 16; 4 without it. With 0 agents have no sub-agents, with 1 those have none of their own.',
      example: 'maxDepth: 1',
    },
  },
  rule: {
    id: {
      text: 'Names the rule in decisions and in the ledger; kebab-case, once in the file, its preset and its packs.',
      example: 'id: no-secrets',
    },
    effect: {
      text: 'What the rule says where it holds: allow, deny, or step_up (only with the approval of a human). deny wins over step_up, and that over allow.',
      example: 'effect: step_up',
    },
    description: {
      text: 'Why, in words: what approvers and agents are told.',
      example: 'description: a changed file is on a blocked path',
    },
    shadow: {
      text: 'The rule is evaluated and recorded, never enforced.',
      example: 'shadow: true',
    },
    match: {
      text: 'What the rule is about: "tool" or "resource", and who acts. All entries must match; each is one glob or a list of which any may match.',
      example: 'match: { tool: github.pull_requests.create }',
    },
    when: {
      text: 'Conditions, all of which must hold.',
      example: 'when:\n  - { field: payload.base, equals: main }',
    },
    obligations: {
      text: 'What must be met for the rule to permit, or else the action is denied. Those of all rules that hold combine to the tightest.',
      example: 'obligations: { maxFilesChanged: 12, requiresTests: true }',
    },
  },
  match: {
    tool: { text: 'The tool that is called, as globs.', example: 'tool: github.*' },
    resource: {
      text: 'What the call is about, as globs: "repo:owner/name", or "mcp:<server>/<tool>".',
      example: 'resource: mcp:filesystem/read_*',
    },
    agent: { text: 'The agent that acts, as globs.', example: 'agent: agent:codex-*' },
    human: {
      text: 'The human whose agent acts, as globs.',
      example: "human: 'user:*@example.com'",
    },
    tenant: { text: 'The organisation, as globs.', example: 'tenant: org:example' },
    runtime: {
      text: 'The program that the agent runs in, as globs.',
      example: 'runtime: codex-cli',
    },
    task: { text: 'The task that the agent is given, as globs.', example: "task: 'AXT-*'" },
    source: {
      text: 'Where the call came in: mcp, hook, http, sdk or demo.',
      example: 'source: mcp',
    },
    roles: {
      text: 'The human whose agent acts has one of these roles; see "roles" of the file.',
      example: 'roles: releaser',
    },
  },
  condition: {
    field: {
      text: 'The value of the action that is tested. A list holds element by element; see the operator.',
      example: 'field: payload.base',
    },
    ...OPERATOR_DOCS,
    any: {
      text: 'At least one of these conditions holds.',
      example:
        'any:\n  - { field: payload.urgent, equals: true }\n  - { field: payload.limit, max: 10 }',
    },
    all: {
      text: 'All of these conditions hold.',
      example:
        'all:\n  - { field: payload.base, equals: main }\n  - { field: payload.title, present: true }',
    },
    not: {
      text: 'The condition does not hold. Where it cannot be decided, caution still decides.',
      example: 'not: { field: payload.base, matches: release/* }',
    },
    window: WINDOW_DOC,
    budgetOf: {
      text: 'With this call, more than the share "usedOver" of a budget of this rule would be used, for whoever acts here. Also holds where the amount is absent or in a foreign currency.',
      example: 'budgetOf: payments\nusedOver: 80',
    },
    usedOver: {
      text: 'Percent of each budget of the rule "budgetOf", from 1 to 100.',
      example: 'usedOver: 80\nbudgetOf: payments',
    },
  },
  limits: OPERATOR_DOCS,
  obligations: {
    approverRoles: {
      text: 'An approver with one of these roles must approve. Only with step_up.',
      example: 'approverRoles: [security]',
    },
    approvals: {
      text: 'So many different approvers must approve. Only with step_up.',
      example: 'approvals: 2',
    },
    passTtlSeconds: {
      text: 'The pass lives at most so many seconds.',
      example: 'passTtlSeconds: 60',
    },
    blockedPaths: {
      text: 'The touched files are known, and none of them matches any of these globs.',
      example: "blockedPaths: ['infra/prod/**', '**/.env*']",
    },
    maxFilesChanged: {
      text: 'The touched files are known, and there are at most so many.',
      example: 'maxFilesChanged: 12',
    },
    requiresTests: {
      text: "The tests of the change passed. Verified evidence decides where there is any, else the agent's word; the decision says which.",
      example: 'requiresTests: true',
    },
    channels: {
      text: 'payload.channel is one of these.',
      example: 'channels: [C0123456789]',
    },
    recipients: {
      text: 'There is a recipient, and every one matches one of these globs.',
      example: "recipients: ['*@example.com']",
    },
    maxRows: {
      text: 'payload.limit is there and at most this.',
      example: 'maxRows: 100',
    },
    fields: {
      text: 'Limits by field, as operators; each of these fields must be there.',
      example: 'fields:\n  payload.amountMinor: { max: 5000 }',
    },
    windows: {
      text: 'It is inside one of these parts of the week.',
      example:
        "windows:\n  - { days: [mon, tue], from: '09:00', to: '17:00', timeZone: Europe/Berlin }",
    },
    rates: {
      text: 'At most so many executions of what the rule permits, in any window.',
      example: 'rates:\n  - { max: 20, windowSeconds: 3600, per: agent }',
    },
    budgets: {
      text: 'At most so much in sum of a field (money in minor units, rows), in any window.',
      example:
        'budgets:\n  - { field: payload.amountMinor, max: 10000, currency: EUR, windowSeconds: 86400 }',
    },
  },
  window: {
    days: {
      text: 'The days on which the window begins; without it, every day.',
      example: 'days: [mon, tue, wed, thu, fri]',
    },
    from: { text: 'From this local time on; 00:00 without it.', example: "from: '09:00'" },
    to: {
      text: 'Until before this local time; 24:00 without it. Before "from", the window runs over midnight.',
      example: "to: '17:30'",
    },
    timeZone: {
      text: 'A time zone of the IANA database.',
      example: 'timeZone: Europe/Berlin',
    },
  },
  rate: WINDOWED,
  budget: {
    field: {
      text: 'The field that is summed up: whole numbers, 0 or more.',
      example: 'field: payload.amountMinor',
    },
    ...WINDOWED,
    currency: {
      text: 'The currency of the sum, by its code of ISO 4217: it counts minor units of it. An amount in a foreign currency is denied.',
      example: 'currency: EUR',
    },
    currencyField: {
      text: 'The field with the currency of the amount, in the spelling of ISO 4217. Without it, the field "currency" beside the amount.',
      example: 'currencyField: payload.price.currency\ncurrency: EUR',
    },
  },
};

/** What the values of fixed sets mean. */
export const VALUE_DOCS: Readonly<Record<string, string>> = {
  allow: 'What the rule matches is allowed, unless another rule denies or asks.',
  deny: 'What the rule matches is denied, whatever other rules say.',
  step_up: 'What the rule matches needs the approval of a human, unless another rule denies it.',
  none: "No preset: only the file's own rules and its packs are in force.",
};
