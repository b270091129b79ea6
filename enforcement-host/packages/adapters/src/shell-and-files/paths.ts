import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';

import { UpstreamError } from '../errors.js';

const WINDOWS = process.platform === 'win32';
const MAX_PATH = 4096;
const MAX_LINKS = 40;

/** Where a path leads, once every symbolic link on the way is followed. */
export interface ResolvedPath {
  /**
   * What policy and reviewers see, POSIX: relative to the workspace where inside it, `.` for the
   * workspace itself, absolute where outside. Otherwise never with an empty, `.` or `..` segment.
   */
  readonly display: string;
  /** Absolute, free of symbolic links. What does not exist yet is appended as it was written. */
  readonly real: string;
  /** True for the workspace and all below it. */
  readonly inside: boolean;
  readonly exists: boolean;
}

/**
 * Finds the one file that a hostile spelling means, or refuses. Segments are followed as the
 * operating system does; a spelling that the operating system and a lexical reading (`path.resolve`)
 * would take to different files is refused, and so is one whose meaning differs between processes.
 *
 * @param raw as the agent wrote it. Case is left as it is.
 * @param options `base`: what a relative path is relative to; the workspace by default.
 * @throws UpstreamError `UPSTREAM_REFUSED`, and `UPSTREAM_UNREACHABLE` where the disk fails.
 */
export async function resolvePath(
  workspace: string,
  raw: string,
  options: { readonly base?: string } = {},
): Promise<ResolvedPath> {
  requireClearSpelling(raw);
  const absolute = path.resolve(options.base ?? workspace, raw);
  await refuseParentOfLink(options.base ?? workspace, raw);
  const root = await follow(path.resolve(workspace));
  const { real, exists } = await follow(absolute);
  const relative = path.relative(root.real, real);
  const inside = relative === '' || isBelow(relative);
  const display = inside ? relative || '.' : real;
  return { display: display.split(path.sep).join('/'), real, inside, exists };
}

function isBelow(relative: string): boolean {
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function requireClearSpelling(raw: string): void {
  if (raw === '') throw refused(raw, 'a path must not be empty');
  if (raw.length > MAX_PATH) throw refused(raw, `a path must not be longer than ${MAX_PATH}`);
  if (!raw.isWellFormed()) throw refused(raw, 'a path must be valid Unicode');
  if (/\p{Cc}/u.test(raw)) throw refused(raw, 'a path must not hold control characters');
  if (raw.startsWith('~')) throw refused(raw, 'write the whole path instead of "~"');
  if (WINDOWS) requireClearWindowsSpelling(raw);
  else requireClearPosixSpelling(raw);
}

function requireClearPosixSpelling(raw: string): void {
  if (raw.includes('\\')) throw refused(raw, 'write "/" instead of "\\"');
  if (/^[A-Za-z]:(?:\/|$)/.test(raw)) throw refused(raw, 'a drive letter means nothing here');
}

// Windows drops trailing dots and spaces, keeps devices in every folder and streams behind a colon.
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

function requireClearWindowsSpelling(raw: string): void {
  if (/^[\\/]{2}/.test(raw)) throw refused(raw, 'network and device paths are not taken');
  for (const segment of raw.replace(/^[A-Za-z]:/, '').split(/[\\/]/)) {
    if (segment === '.' || segment === '..') continue;
    if (/[:*?"<>|]|~\d|[. ]$/.test(segment) || WINDOWS_DEVICE.test(segment)) {
      throw refused(raw, `"${segment}" can mean several files on Windows`);
    }
  }
}

// `link/..` is the folder of `link` to path.resolve, and the folder of its target to the kernel.
async function refuseParentOfLink(base: string, raw: string): Promise<void> {
  const segments = raw.split(WINDOWS ? /[\\/]/ : '/');
  if (!segments.includes('..')) return;
  let current = path.isAbsolute(raw) ? path.parse(path.resolve(raw)).root : path.resolve(base);
  for (const segment of segments) {
    const kind = segment === '..' ? await kindOf(current) : 'folder';
    if (kind === 'link') throw refused(raw, '".." behind a symbolic link can mean two folders');
    if (kind === 'other') throw refused(raw, '".." stands behind a file');
    current = path.resolve(current, segment);
  }
}

interface Walk {
  real: string;
  /** What is still to be followed: of the path, after what is left of a link's target. */
  rest: string[];
  /** How much of `rest` is of the path, where a link has been entered. */
  own: number;
  links: number;
}

async function follow(absolute: string): Promise<{ real: string; exists: boolean }> {
  const { root } = path.parse(absolute);
  const walk: Walk = {
    real: root,
    rest: segmentsOf(absolute.slice(root.length)),
    own: Infinity,
    links: 0,
  };
  for (let segment = walk.rest.shift(); segment !== undefined; segment = walk.rest.shift()) {
    if (segment === '..') {
      walk.real = path.dirname(walk.real);
      continue;
    }
    const next = path.join(walk.real, segment);
    refuseProcessPath(next);
    const kind = await kindOf(next);
    if (kind === 'absent') return missing(walk, segment);
    if (kind === 'link') await enterLink(walk, next);
    else walk.real = enter(walk, next, kind);
  }
  return { real: await asOnDisk(walk.real), exists: true };
}

// Where a file system takes `.ENV` for `.env`, only the spelling on disk meets the policy.
async function asOnDisk(real: string): Promise<string> {
  return realpath(real).catch((cause: unknown) => {
    throw unreachable(real, cause);
  });
}

function segmentsOf(text: string): string[] {
  return text.split(WINDOWS ? /[\\/]/ : '/').filter((segment) => segment !== '' && segment !== '.');
}

function enter(walk: Walk, next: string, kind: 'folder' | 'other'): string {
  if (kind === 'other' && walk.rest.length > 0) throw refused(next, 'it is not a folder');
  return next;
}

async function enterLink(walk: Walk, link: string): Promise<void> {
  if (++walk.links > MAX_LINKS) throw refused(link, 'too many symbolic links');
  const target = await readlink(link).catch((cause: unknown) => {
    throw unreachable(link, cause);
  });
  if (!WINDOWS && target.includes('\\')) throw refused(link, 'its target holds a "\\"');
  walk.own = Math.min(walk.own, walk.rest.length);
  walk.rest.unshift(...segmentsOf(target.slice(path.parse(target).root.length)));
  if (path.isAbsolute(target)) walk.real = path.parse(target).root;
}

// Nothing is behind a missing name, but `..` behind it would still be read in two ways. A folder
// may hold the same name in another Unicode form, which some servers and file systems open instead.
async function missing(walk: Walk, segment: string): Promise<{ real: string; exists: boolean }> {
  const folder = await asOnDisk(walk.real);
  const real = path.join(folder, segment);
  // A program may create the target of such a link, or put a file in the place of the link.
  if (walk.rest.length + 1 > walk.own) throw refused(real, 'a symbolic link leads to it in vain');
  if (walk.rest.includes('..')) throw refused(real, 'it does not exist, and ".." follows');
  const names = await readdir(folder).catch((cause: unknown) => {
    throw unreachable(folder, cause);
  });
  const form = segment.normalize('NFC');
  if (names.some((name) => name !== segment && name.normalize('NFC') === form)) {
    throw refused(real, 'the same name exists in another Unicode form');
  }
  return { real: path.join(real, ...walk.rest), exists: false };
}

async function kindOf(file: string): Promise<'absent' | 'link' | 'folder' | 'other'> {
  try {
    const stats = await lstat(file);
    if (stats.isSymbolicLink()) return 'link';
    return stats.isDirectory() ? 'folder' : 'other';
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return 'absent';
    if (isErrno(cause, 'ENOTDIR')) throw refused(file, 'a file stands where a folder should');
    throw unreachable(file, cause);
  }
}

// Names under these lead elsewhere in another process: /proc/self, /dev/fd, /dev/stdin.
function refuseProcessPath(file: string): void {
  if (/^\/(?:proc|dev)(?:\/|$)/.test(file)) throw refused(file, 'it differs between processes');
}

/** True for a failure of the operating system with this code, such as `ENOENT`. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

export function refused(file: string, why: string): UpstreamError {
  return new UpstreamError('UPSTREAM_REFUSED', `cannot take the path ${quote(file)}: ${why}`);
}

export function unreachable(file: string, cause: unknown): UpstreamError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new UpstreamError('UPSTREAM_UNREACHABLE', `cannot reach ${quote(file)}: ${code}`, {
    cause,
  });
}

function quote(file: string): string {
  return JSON.stringify(file.length > 200 ? `${file.slice(0, 200)}…` : file);
}
