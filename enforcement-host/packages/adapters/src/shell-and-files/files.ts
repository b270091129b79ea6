import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

import type { HandlerCall, Handlers, JsonObject } from '@axtary/core';

import { UpstreamError } from '../errors.js';
import { requireText } from '../payload.js';
import { writeAtomically } from './atomic-write.js';
import { isErrno, refused, resolvePath, unreachable, type ResolvedPath } from './paths.js';
import { readRegular, stopped, textOf } from './read-file.js';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_ENTRIES = 2000;

/**
 * Handlers for `fs.read` ({path}), `fs.write` ({path, content}) and `fs.list` ({path}) below one
 * folder. A path that leads out of it is refused, whatever its spelling and links. Files are
 * UTF-8 text of at most 4 MiB; a write is atomic and durable and makes missing folders.
 * Another process that swaps a folder for a link in the instant between check and use can still
 * win: Node has no `openat`.
 */
export function createFileHandlers({ root }: { readonly root: string }): Handlers {
  if (!path.isAbsolute(root)) throw new TypeError(`expected an absolute root, got ${root}`);
  return {
    'fs.read': (call) => guarded(call, async (file) => readText(file, call.signal)),
    'fs.write': (call) => guarded(call, async (file) => writeText(root, file, call)),
    'fs.list': (call) => guarded(call, async (file) => list(file)),
  };

  async function guarded(
    { payload, signal }: HandlerCall,
    run: (file: ResolvedPath) => Promise<JsonObject>,
  ): Promise<JsonObject> {
    const file = await resolveInside(root, requireText(payload, 'path'));
    try {
      signal.throwIfAborted();
      return await run(file);
    } catch (cause) {
      if (cause instanceof UpstreamError) throw cause;
      if (signal.aborted) throw stopped(file.display, cause);
      throw unreachable(file.display, cause);
    }
  }
}

async function resolveInside(root: string, raw: string): Promise<ResolvedPath> {
  const file = await resolvePath(root, raw);
  if (!file.inside) throw refused(raw, 'it leads out of the folder that is open to agents');
  return file;
}

async function readText(file: ResolvedPath, signal: AbortSignal): Promise<JsonObject> {
  const found = await readRegular(file.real, { keep: MAX_BYTES, signal });
  if (!found) throw refused(file.display, 'no such file');
  if (!found.bytes) throw refused(file.display, `it is larger than ${MAX_BYTES} bytes`);
  const content = textOf(found.bytes);
  if (content === undefined) {
    throw new UpstreamError('UPSTREAM_RESPONSE_INVALID', `${file.display} is not UTF-8 text`);
  }
  return { path: file.display, content, bytes: found.size, digest: found.digest };
}

async function writeText(
  root: string,
  file: ResolvedPath,
  { payload, signal }: HandlerCall,
): Promise<JsonObject> {
  const bytes = new TextEncoder().encode(requireText(payload, 'content'));
  if (bytes.length > MAX_BYTES) {
    throw refused(file.display, `the content is larger than ${MAX_BYTES} bytes`);
  }
  await mkdir(path.dirname(file.real), { recursive: true });
  const confirm = async (): Promise<void> => {
    if (signal.aborted) throw stopped(file.display);
    const again = await resolveInside(root, file.real);
    if (again.real !== file.real) throw refused(file.display, 'it now leads to another file');
  };
  await confirm();
  await writeAtomically(file.real, bytes, confirm);
  return { path: file.display, bytes: bytes.length, created: !file.exists };
}

async function list(file: ResolvedPath): Promise<JsonObject> {
  const entries = await readdir(file.real, { withFileTypes: true }).catch((cause: unknown) => {
    if (isErrno(cause, 'ENOENT')) throw refused(file.display, 'no such folder');
    if (isErrno(cause, 'ENOTDIR')) throw refused(file.display, 'it is not a folder');
    throw cause;
  });
  const named = entries.map((entry) => ({ name: entry.name, type: typeOf(entry) }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    path: file.display,
    entries: named.slice(0, MAX_ENTRIES),
    truncated: named.length > MAX_ENTRIES,
  };
}

function typeOf(entry: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): string {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
