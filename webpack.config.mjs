import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { EsbuildPlugin } from 'esbuild-loader';
import webpack from 'webpack';

const root = import.meta.dirname;
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Entry of the enforcement host. */
export const hostEntry = path.join(root, 'enforcement-host/apps/host/src/main.ts');

/** Sources are TypeScript; the packages of the workspace are taken from their `dist`. */
function bundle({ name, entry, target, esbuildTarget, ...rest }) {
  const define = { AXTARY_VERSION: JSON.stringify(manifest.version) };
  return {
    name,
    mode: 'production',
    devtool: 'source-map',
    context: root,
    target,
    entry: { [name]: entry },
    resolve: { extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } },
    module: {
      rules: [{ test: /\.ts$/, loader: 'esbuild-loader', options: { target: esbuildTarget } }],
    },
    optimization: {
      minimizer: [new EsbuildPlugin({ target: esbuildTarget, legalComments: 'none' })],
      moduleIds: 'deterministic',
      chunkIds: 'deterministic',
    },
    performance: { hints: false },
    plugins: [
      new webpack.DefinePlugin(define),
      // What is imported later is loaded later, but lies in the same file.
      new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
    ],
    ...rest,
  };
}

function nodeBundle({ name, entry, externals = {} }) {
  return bundle({
    name,
    entry,
    target: 'node20',
    esbuildTarget: 'node20',
    externals,
    output: {
      path: path.join(root, 'dist'),
      filename: '[name].cjs',
      library: { type: 'commonjs2' },
    },
  });
}

/** Puts files of packages and sources beside the bundle, as they are. */
class CopyFiles {
  #files;

  constructor(files) {
    this.#files = files;
  }

  apply(compiler) {
    compiler.hooks.thisCompilation.tap('CopyFiles', (compilation) => {
      compilation.hooks.processAssets.tap('CopyFiles', () => {
        for (const [name, file] of Object.entries(this.#files)) {
          compilation.fileDependencies.add(file);
          compilation.emitAsset(name, new webpack.sources.RawSource(readFileSync(file)));
        }
      });
    });
  }
}

/** The thread of the enforcement host that asks Cedar and Rego. */
function proveBundle() {
  const entry = path.join(path.dirname(hostEntry), 'policy', 'prove-worker.ts');
  const config = nodeBundle({ name: 'prove-worker', entry });
  // The engines read their modules from the folder that they run in.
  config.node = { __dirname: false };
  config.plugins.push(
    new webpack.DefinePlugin({ 'import.meta.dirname': '__dirname' }),
    new CopyFiles({
      'axtary.wasm': path.join(root, 'enforcement-host/packages/prover/rego/axtary.wasm'),
      'axtary.wasm.NOTICE': path.join(root, 'enforcement-host/packages/prover/rego/NOTICE'),
      'cedar_wasm_bg.wasm': path.join(
        root,
        'node_modules/@cedar-policy/cedar-wasm/nodejs/cedar_wasm_bg.wasm',
      ),
    }),
  );
  return config;
}

function webviewBundle() {
  const config = bundle({
    name: 'approval',
    entry: path.join(root, 'webview-ui/src/main.ts'),
    target: ['web', 'es2022'],
    esbuildTarget: 'es2022',
    output: { path: path.join(root, 'dist/webview'), filename: '[name].js' },
  });
  const codicons = path.join(root, 'node_modules/@vscode/codicons/dist');
  config.plugins.push(
    new CopyFiles({
      'approval.css': path.join(root, 'webview-ui/src/approval.css'),
      'codicon.css': path.join(codicons, 'codicon.css'),
      'codicon.ttf': path.join(codicons, 'codicon.ttf'),
    }),
  );
  return config;
}

/** The bundles of the extension. Without sources of the enforcement host, its bundle is left out. */
export const bundles = [
  nodeBundle({
    name: 'extension',
    entry: path.join(root, 'extension/src/extension.ts'),
    externals: { vscode: 'commonjs vscode' },
  }),
  ...(existsSync(hostEntry)
    ? [nodeBundle({ name: 'enforcement-host', entry: hostEntry }), proveBundle()]
    : []),
  webviewBundle(),
];

export default bundles;
