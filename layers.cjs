'use strict';

/**
 * Who may import whom: the architecture's one table, read by dependency-cruiser and by
 * scripts/check-references.mjs. Names are those of packages; `node` stands for Node built-ins.
 * Whatever is not listed is forbidden.
 */
const PACKAGES = 'enforcement-host/packages';
const APPS = 'enforcement-host/apps';

const published = [
  '@axtary/core',
  '@axtary/policy',
  '@axtary/prover',
  '@axtary/ledger',
  '@axtary/budgets',
  '@axtary/actionpass',
  '@axtary/approvals',
  '@axtary/adapters',
  '@axtary/proxy',
  '@axtary/mcp',
];

module.exports = {
  layers: [
    {
      name: '@axtary/core',
      path: `${PACKAGES}/core`,
      mayImport: ['zod'],
      nodeOnlyIn: ['digest', 'durable-files'],
    },
    {
      name: '@axtary/policy',
      path: `${PACKAGES}/policy`,
      mayImport: ['@axtary/core', 'zod', 'yaml'],
    },
    {
      name: '@axtary/prover',
      path: `${PACKAGES}/prover`,
      mayImport: [
        '@axtary/core',
        '@axtary/policy',
        '@cedar-policy/cedar-wasm',
        '@open-policy-agent/opa-wasm',
        'node',
      ],
    },
    {
      name: '@axtary/ledger',
      path: `${PACKAGES}/ledger`,
      mayImport: ['@axtary/core', 'zod', 'node'],
    },
    {
      name: '@axtary/budgets',
      path: `${PACKAGES}/budgets`,
      mayImport: ['@axtary/core', 'zod', 'node'],
    },
    { name: '@axtary/protocol', path: `${PACKAGES}/protocol`, mayImport: ['@axtary/core', 'zod'] },
    {
      name: '@axtary/adapters',
      path: `${PACKAGES}/adapters`,
      mayImport: ['@axtary/core', 'zod', 'node'],
    },
    {
      name: '@axtary/actionpass',
      path: `${PACKAGES}/actionpass`,
      mayImport: [
        '@axtary/core',
        '@axtary/policy',
        '@sd-jwt/jwt-status-list',
        'aws4fetch',
        'jose',
        'zod',
        'node',
      ],
    },
    {
      name: '@axtary/approvals',
      path: `${PACKAGES}/approvals`,
      mayImport: ['@axtary/core', '@axtary/actionpass', 'diff', 'zod', 'node'],
    },
    {
      name: '@axtary/proxy',
      path: `${PACKAGES}/proxy`,
      mayImport: [
        '@axtary/core',
        '@axtary/policy',
        '@axtary/ledger',
        '@axtary/budgets',
        '@axtary/actionpass',
        '@axtary/approvals',
        'node',
      ],
    },
    {
      name: '@axtary/mcp',
      path: `${PACKAGES}/mcp`,
      mayImport: ['@axtary/core', '@axtary/proxy', '@modelcontextprotocol/sdk', 'zod', 'node'],
    },
    {
      name: 'axtary',
      path: `${PACKAGES}/cli`,
      mayImport: [
        ...published,
        '@axtary/protocol',
        '@modelcontextprotocol/sdk',
        'commander',
        'undici',
        'zod',
        'node',
      ],
    },
    {
      name: '@axtary/host',
      path: `${APPS}/host`,
      mayImport: [
        ...published,
        '@axtary/protocol',
        '@hono/node-server',
        'hono',
        'pino',
        'vscode-jsonrpc',
        'zod',
        'node',
      ],
    },
    {
      name: '@axtary/extension',
      path: 'extension',
      mayImport: ['@axtary/protocol', 'jose', 'vscode', 'vscode-jsonrpc', 'node'],
    },
    {
      name: '@axtary/webview-ui',
      path: 'webview-ui',
      mayImport: [
        '@axtary/protocol',
        '@vscode-elements/elements',
        '@vscode/codicons',
        'lit',
        'zod',
      ],
    },
  ],
};
