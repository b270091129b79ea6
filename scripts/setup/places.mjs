import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const repositoryDir = fileURLToPath(new URL('../..', import.meta.url));

/** What can be made again: the editor, logs of installs. Git-ignored. */
export const cacheDir = path.join(repositoryDir, '.cache');
