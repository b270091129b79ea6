import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A fresh folder under the system's temporary one, by its real path. */
export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), `axt-${name}-`)));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Root of the repository. */
export const REPOSITORY = path.resolve(import.meta.dirname, '..', '..');

/** The packaged extension, as `scripts/package.mjs` leaves it. */
export const VSIX = path.join(REPOSITORY, 'dist', 'axtary.vsix');

/** Entry file of an installed package, for starting it with node. */
export function packageFile(...segments: string[]): string {
  return path.join(REPOSITORY, 'node_modules', ...segments);
}
