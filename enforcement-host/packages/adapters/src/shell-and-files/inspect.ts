import { lstat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { JsonObject, JsonValue, Pin } from '@axtary/core';

import { changesOf } from './changes.js';
import type { FileCall, FileInspection, Written } from './file-call.js';
import { refused, resolvePath, type ResolvedPath } from './paths.js';
import { readRegular } from './read-file.js';
import { baseOf } from './server-filesystem.js';

const PATH_MEMBERS = new Set([
  ...['path', 'paths', 'source', 'destination', 'file', 'files'],
  ...['filePath', 'file_path', 'uri'],
]);
const READERS = new Set(['read_file', 'read_text_file', 'read_media_file', 'read_multiple_files']);
const WRITERS: Readonly<Record<string, readonly string[]>> = {
  write_file: ['path'],
  edit_file: ['path'],
  create_directory: ['path'],
  move_file: ['source', 'destination'],
};
const MAX_NAMED = 1000;
const MAX_DEPTH = 16;
const MAX_SHOWN = 1024 * 1024;

/**
 * Finds the files that an MCP tool call touches. Knows the tools of
 * @modelcontextprotocol/server-filesystem, and takes every `path`, `paths`, `source`,
 * `destination`, `file`, `files`, `filePath`, `file_path` and `file:` `uri` of any other tool as a
 * path. For a known write, gives pins on what it replaces and the exact change where there is one.
 *
 * @returns `undefined` where the call names no file.
 * @throws UpstreamError `UPSTREAM_REFUSED` for a path whose meaning is not certain: deny the call.
 */
export async function inspectMcpFileCall(call: FileCall): Promise<FileInspection | undefined> {
  const writes = WRITERS[call.tool];
  const named = namedPaths(call.arguments);
  if (named.length === 0 && !writes) return undefined;
  const files: ResolvedPath[] = [];
  for (const raw of named) files.push(await resolve(call, raw));
  const paths = [...new Set(files.map((file) => file.display))];
  if (READERS.has(call.tool)) await Promise.all(files.map(requireRegular));
  if (!writes) return { paths, pins: [] };
  const written = await Promise.all(writes.map((member) => presentState(call, member)));
  return { paths, pins: written.flatMap(pinsOf), ...changesOf(call, written) };
}

async function resolve(call: FileCall, raw: string): Promise<ResolvedPath> {
  const base = await baseOf(call.workspace, raw, call.server);
  return resolvePath(call.workspace, raw, { base });
}

function namedPaths(args: JsonObject): string[] {
  const found: string[] = [];
  collect(args, 0, found);
  return found;
}

function collect(value: JsonValue, depth: number, found: string[]): void {
  if (depth > MAX_DEPTH) throw refused('…', `arguments nest over ${MAX_DEPTH} deep`);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (PATH_MEMBERS.has(name)) addNamed(name, member, found);
    collect(member, depth + 1, found);
  }
  if (found.length > MAX_NAMED) throw refused('…', `a call may name ${MAX_NAMED} files at most`);
}

function addNamed(name: string, value: JsonValue, found: string[]): void {
  for (const item of Array.isArray(value) ? value : [value]) {
    if (typeof item !== 'string') continue;
    if (/^file:/i.test(item)) found.push(pathOfUri(item));
    else if (name !== 'uri') found.push(item);
  }
}

function pathOfUri(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    throw refused(uri, 'it is not a file URI of this machine');
  }
}

async function requireRegular(file: ResolvedPath): Promise<void> {
  if (!file.exists) return;
  const stats = await lstat(file.real).catch(() => undefined);
  if (stats && !stats.isFile() && !stats.isDirectory()) {
    throw refused(file.display, 'it is neither a file nor a folder');
  }
}

async function presentState(call: FileCall, member: string): Promise<Written | undefined> {
  const raw = call.arguments[member];
  if (typeof raw !== 'string') throw refused(member, `expected a text as "${member}"`);
  const file = await resolve(call, raw);
  const stats = file.exists ? await lstat(file.real) : undefined;
  const mayBeFolder = call.tool === 'create_directory' || member === 'source';
  if (stats?.isDirectory() && mayBeFolder) return undefined;
  return { file, present: await readRegular(file.real, { keep: MAX_SHOWN }) };
}

function pinsOf(written: Written | undefined): Pin[] {
  if (!written) return [];
  const digest = written.present?.digest ?? 'absent';
  return [{ kind: 'file', subject: written.file.real, digest }];
}
