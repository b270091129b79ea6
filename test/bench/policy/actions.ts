import { parseAction, type Action } from '@axtary/core';

import { action } from '../workload.js';

type Payload = Action['capability']['payload'];
type Draw = <Item>(items: readonly Item[]) => Item;

const FOLDERS = ['src', 'src/billing', 'src/billing/tax', 'test', 'docs', 'infra/dev', '.github'];
const NAMES = ['index', 'invoice', 'totals', 'rates-2026', 'round', 'currency', 'export', 'readme'];
const PATHS = FOLDERS.flatMap((folder) =>
  NAMES.flatMap((name) => ['ts', 'test.ts', 'json', 'md'].map((end) => `${folder}/${name}.${end}`)),
);
const GUARDED = [
  ...['.env', 'deploy/.env.prod', '.git/config', 'keys/server.pem', '/etc/passwd', '~/.profile'],
  ...['axtary.yml', '.vscode/mcp.json', 'infra/prod/main.tf'],
];
const MCP_TOOLS = [
  ...['files/read_text_file', 'files/list_directory', 'files/search_files', 'files/write_file'],
  ...['files/edit_file', 'everything/echo', 'everything/get-env'],
];

/** Actions of six tools, the same for the same seed. */
export function seededActions(count: number, seed: number): readonly Action[] {
  const random = randomFrom(seed);
  const draw: Draw = (items) => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new TypeError('expected something to draw from');
    return item;
  };
  return Array.from({ length: count }, (_, at) => drawAction(draw, at));
}

/** Actions of services with an amount and a region. */
export function flatActions(count: number, services: number): readonly Action[] {
  const random = randomFrom(services);
  return Array.from({ length: count }, (_, at) => {
    const region = random() < 0.2 ? 'elsewhere' : 'here';
    const payload = { amount: Math.floor(random() * 1000), region };
    return build(at, {
      tool: `service${Math.floor(random() * services)}.call`,
      resource: 'service:shared',
      payload,
    });
  });
}

/** An action about a resource that no earlier one was about. */
export function freshAction(at: number): Action {
  return build(at, {
    tool: 'mcp.tool.call',
    resource: `mcp:server7/tool_${at}`,
    payload: { arguments: { head: at } },
    paths: ['src/a.ts'],
  });
}

interface Parts {
  readonly tool: string;
  readonly resource: string;
  readonly payload: Payload;
  readonly paths?: readonly string[];
}

function drawAction(draw: Draw, at: number): Action {
  const path = () => draw(draw([PATHS, PATHS, PATHS, GUARDED]));
  return build(
    at,
    draw([mcpCall, mcpCall, mcpCall, pullRequest, message, update, paidCall])({ draw, path }),
  );
}

interface Drawer {
  readonly draw: Draw;
  readonly path: () => string;
}

function mcpCall({ draw, path }: Drawer): Parts {
  const paths = Array.from({ length: draw([1, 1, 1, 2, 4]) }, path);
  return {
    tool: 'mcp.tool.call',
    resource: `mcp:${draw(MCP_TOOLS)}`,
    payload: { arguments: { path: paths[0] ?? '', head: draw([10, 200, 1000, 1001, 5000]) } },
    paths,
  };
}

function pullRequest({ draw, path }: Drawer): Parts {
  const filesChanged = Array.from({ length: draw([1, 2, 3, 8, 12, 13]) }, path);
  return {
    tool: 'github.pull_requests.create',
    resource: 'repo:company/web-app',
    payload: {
      title: 'Round totals once',
      base: draw(['main', 'main', 'release', 'develop']),
      filesChanged,
      testsPassed: draw([true, true, false]),
      touchesProduction: draw([false, false, false, true]),
    },
  };
}

function message({ draw }: Drawer): Parts {
  const channel = draw(['C01', 'C02', 'C03', 'C99']);
  return {
    tool: 'slack.chat.postMessage',
    resource: `slack:channel/${channel}`,
    payload: { channel, text: 'done', external: draw([0, 0, 0, 1]) },
  };
}

function update({ draw }: Drawer): Parts {
  const payload = {
    project: draw(['web', 'app', 'payments']),
    status: draw(['doing', 'review', 'done']),
  };
  return { tool: 'linear.issue.update', resource: 'linear:issue/AXT-418', payload };
}

function paidCall({ draw }: Drawer): Parts {
  const payload = {
    amountMinor: draw([1, 999, 1000, 1001]),
    currency: draw(['EUR', 'USD', 'XAU']),
  };
  return { tool: 'paid_api.call', resource: 'api:maps/geocode', payload };
}

function build(at: number, { tool, resource, payload, paths }: Parts): Action {
  const { capability, context, ...rest } = action(`b${at}`);
  const { source, workspace, session, mcp } = context;
  const whole = {
    ...rest,
    capability: { ...capability, tool, resource, payload },
    context: { source, workspace, session, mcp, ...(paths && { paths: [...paths] }) },
  };
  return parseAction(whole).action;
}

// mulberry32
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
