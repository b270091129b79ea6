'use strict';

const { layers } = require('./layers.cjs');

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** What an import of `target` resolves to: a workspace's folder, or a package in node_modules. */
function pathOf(target) {
  const workspace = layers.find(({ name }) => name === target);
  return workspace ? `^${escape(workspace.path)}/` : `node_modules/${escape(target)}/`;
}

/** Everything that is not itself and not in its row is forbidden; built-ins have their own rules. */
function packageRule({ name, path, mayImport }) {
  const allowed = mayImport
    .filter((target) => target !== 'node' && target !== 'vscode')
    .map(pathOf);
  return {
    name: `layer of ${name}`,
    severity: 'error',
    from: { path: sourcesOf(path) },
    to: { pathNot: [`^${escape(path)}/`, ...allowed], dependencyTypesNot: ['core'] },
  };
}

function builtInRule({ name, path, nodeOnlyIn }) {
  const exempt = nodeOnlyIn
    ? { pathNot: `^${escape(path)}/src/(${nodeOnlyIn.join('|')})\\.ts$` }
    : {};
  return {
    name: `no Node built-ins in ${name}`,
    severity: 'error',
    from: { path: sourcesOf(path), ...exempt },
    to: { dependencyTypes: ['core'] },
  };
}

function sourcesOf(path) {
  return `^${escape(path)}/src/`;
}

const may = (target) => (layer) => layer.mayImport.includes(target);
const coreRow = layers.find(({ name }) => name === '@axtary/core');

module.exports = {
  forbidden: [
    ...layers.map(packageRule),
    ...layers.filter((layer) => !may('node')(layer)).map(builtInRule),
    {
      name: 'only-the-extension-imports-vscode',
      severity: 'error',
      from: { pathNot: layers.filter(may('vscode')).map(({ path }) => `^${escape(path)}/`) },
      to: { path: '^vscode$' },
    },
    {
      name: 'no-node-in-webviews',
      comment: 'These subpaths need Node; nothing that runs in a webview may reach them.',
      severity: 'error',
      from: { path: '^webview-ui/src/' },
      to: {
        path: `^${escape(coreRow.path)}/(src|dist)/(${coreRow.nodeOnlyIn.join('|')})`,
        reachable: true,
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-tests-in-sources',
      severity: 'error',
      from: { pathNot: '(^|/)test/' },
      to: { path: '(^|/)test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '(^|/)(dist|\\.cache)/.*\\.(map|tsbuildinfo)$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs'],
    },
    builtInModules: { add: ['vscode'] },
  },
};
