import path from 'node:path';

/** Where a link of a record may lead: into the workspace, or to a page. */
export type LinkTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'page'; readonly url: string };

const MAX_URL = 2048;

/**
 * Checks a link before it is opened: agents and upstreams had a say in it.
 *
 * @param folder Absolute path of the workspace that a path is relative to.
 * @returns `undefined` where it leads out of the workspace, or is no plain https address.
 */
export function linkTarget(target: string, folder: string): LinkTarget | undefined {
  return /^[a-z][a-z0-9+.-]*:/i.test(target) ? page(target) : file(target, folder);
}

function page(target: string): LinkTarget | undefined {
  if (target.length > MAX_URL || !URL.canParse(target)) return undefined;
  const { protocol, username, password, href } = new URL(target);
  const isPlain = protocol === 'https:' && username === '' && password === '';
  return isPlain ? { kind: 'page', url: href } : undefined;
}

function file(target: string, folder: string): LinkTarget | undefined {
  if (target === '' || target.includes('\0') || path.isAbsolute(target)) return undefined;
  // Whichever system wrote it, a backslash may be read as a separator here.
  if (target.split(/[/\\]/).includes('..')) return undefined;
  return { kind: 'file', path: path.join(folder, target) };
}
