/** Globs as Rego asks about them: those without a star by name, the others as patterns of RE2. */
export interface RegoGlobs {
  readonly names: readonly string[];
  readonly patterns: readonly string[];
}

/** Writes globs for Rego. */
export function regoGlobs(globs: readonly string[]): RegoGlobs {
  return {
    names: globs.filter((glob) => !glob.includes('*')),
    patterns: globs.filter((glob) => glob.includes('*')).map(globRegex),
  };
}

/**
 * A glob as an anchored regular expression of RE2, which any engine reads alike. A `**` that is not
 * the last segment takes its slash with it, so that it may stand for no segment.
 */
function globRegex(glob: string): string {
  const segments = glob.split('/');
  const last = segments.length - 1;
  const parts = segments.map((segment, at) => {
    if (segment === '**') return at === last ? '.*' : '(?:.*/)?';
    return segmentRegex(segment) + (at === last ? '' : '/');
  });
  return `^(?s:${parts.join('')})$`;
}

function segmentRegex(segment: string): string {
  return segment
    .split('*')
    .map((text) => text.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
    .join('[^/]*');
}
