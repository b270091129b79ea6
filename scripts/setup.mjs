import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './setup/chromium.mjs';
import { ensureEditor, ensureNode24 } from './setup/editor.mjs';
import { ensurePackages } from './setup/packages.mjs';

export { ensureChromium, ensureEditor, ensureNode24, ensurePackages };

/**
 * Sets up this machine: the npm packages, and with `editor` also what the tests in a real editor
 * need. Does nothing that is already done.
 *
 * @param {{ editor: boolean }} options
 */
export async function setUp({ editor }) {
  await ensurePackages();
  if (!editor) return;
  await ensureChromium();
  await ensureEditor();
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await setUp({ editor: !process.argv.includes('--packages') });
    console.log('Everything is set up.');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
