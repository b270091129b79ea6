import { stat } from 'node:fs/promises';
import path from 'node:path';

import { refused, resolvePath } from './paths.js';

/** How a stdio server is started, as far as it decides what a relative path means. */
export interface FileServer {
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute. The workspace by default. */
  readonly cwd?: string;
}

// …/server-filesystem, …/server-filesystem@1.2.3, …/server-filesystem/dist/index.js, mcp-server-filesystem
const PROGRAM = /(?:^|[\\/@-])server-filesystem(?:@[\w.-]+|[\\/]dist[\\/]index\.js|\.cmd)?$/;

/**
 * The folder that a relative path is relative to: the working directory, except for
 * @modelcontextprotocol/server-filesystem, which takes the first of its folders in which the path
 * stays inside one of them, or else its first.
 */
export async function baseOf(
  workspace: string,
  raw: string,
  server: FileServer | undefined,
): Promise<string> {
  const cwd = server?.cwd ?? workspace;
  if (!server || path.isAbsolute(raw)) return cwd;
  const folders = await foldersOf(server, cwd);
  if (folders.length === 0) return cwd;
  const fits = (folder: string): boolean => {
    const candidate = path.resolve(folder, raw);
    return folders.some((allowed) => isWithin(allowed, candidate));
  };
  return folders.find(fits) ?? folders[0] ?? cwd;
}

async function foldersOf({ command, args }: FileServer, cwd: string): Promise<readonly string[]> {
  const program = [command, ...args].findIndex((word) => PROGRAM.test(word));
  if (program < 0) return [];
  const folders: string[] = [];
  for (const word of args.slice(program)) {
    if (word.startsWith('~'))
      throw refused(word, 'the server was started with "~"; use absolute paths');
    const folder = path.resolve(cwd, word);
    if (!(await isFolder(folder))) continue;
    const { real } = await resolvePath(cwd, folder);
    folders.push(...(real === folder ? [real] : [folder, real]));
  }
  return folders;
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function isWithin(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}
