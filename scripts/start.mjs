import { spawn } from 'node:child_process';
import path from 'node:path';
import { run, step } from './setup/child.mjs';
import { ensureEditor } from './setup/editor.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { cacheDir, repositoryDir } from './setup/places.mjs';

/**
 * `npm start`: sets everything up, builds, and opens a real VS Code with Axtary, a sample workspace
 * and a scripted agent. `npm start -- --desktop` uses the desktop VS Code (`code` on the PATH).
 */
const logDir = path.join(cacheDir, 'log');
const inRepository = (name) => ({ cwd: repositoryDir, log: path.join(logDir, `${name}.log`) });

try {
  await ensurePackages();
  await step('Building', () => run(process.execPath, ['scripts/build.mjs'], inRepository('build')));
  await step('Packaging the extension', () =>
    run(process.execPath, ['scripts/package.mjs'], inRepository('package')),
  );
  if (!process.argv.includes('--desktop')) await ensureEditor();
  const demo = spawn(
    process.execPath,
    ['--import', 'tsx', path.join('test', 'demo', 'main.ts'), ...process.argv.slice(2)],
    { cwd: repositoryDir, stdio: 'inherit' },
  );
  // The demonstration ends itself on Ctrl-C, with 130 (128 + SIGINT): that is how it should end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => demo.kill('SIGTERM'));
  demo.on('exit', (code) => (process.exitCode = code === 130 ? 0 : (code ?? 1)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
