import { packageFile } from '../testkit/folders.js';

const FILESYSTEM = packageFile('@modelcontextprotocol', 'server-filesystem', 'dist', 'index.js');
const EVERYTHING = packageFile('@modelcontextprotocol', 'server-everything', 'dist', 'index.js');

const INVOICE = `export interface Line {
  readonly cents: number;
  readonly quantity: number;
}

/** Total of an invoice, in cents. */
export function total(lines: readonly Line[]): number {
  let sum = 0;
  for (const line of lines) {
    sum += Math.round(line.cents * line.quantity);
  }
  return sum;
}
`;

/** What the sample agent wants to make of `src/invoice.ts`. */
export const CHANGED_INVOICE = INVOICE.replace(
  '    sum += Math.round(line.cents * line.quantity);\n  }\n  return sum;',
  '    sum += line.cents * line.quantity;\n  }\n  return Math.round(sum);',
);

/** Files of the sample workspace by name. `folder` is where they will lie, absolute. */
export function sampleWorkspace(folder: string): Readonly<Record<string, string>> {
  return {
    'axtary.yml': policy(folder),
    'README.md': '# Invoices\n\nTotals are rounded line by line.\n',
    'src/invoice.ts': INVOICE,
    '.env': 'PAYMENT_API_KEY=not-a-real-key\n',
  };
}

function policy(folder: string): string {
  const node = JSON.stringify(process.execPath);
  return `# The policy of this workspace. Until you trust it in the editor, every call is denied.
version: 1
preset: coding-agent   # reads run, writes wait for you, secrets and guard files are denied
tenant: org:sample
human: user:you@example.com

# MCP servers that agents reach through Axtary, and only so.
servers:
  filesystem:
    command: ${node}
    args: [${JSON.stringify(FILESYSTEM)}, ${JSON.stringify(folder)}]
  everything:
    command: ${node}
    args: [${JSON.stringify(EVERYTHING)}, stdio]

policies:
  - id: allow-echo
    effect: allow
    description: an echo changes nothing
    match: { tool: mcp.tool.call, resource: "mcp:everything/echo" }
  - id: no-environment
    effect: deny
    description: the environment of a server is none of an agent's business
    match: { tool: mcp.tool.call, resource: "mcp:everything/get-env" }
`;
}
