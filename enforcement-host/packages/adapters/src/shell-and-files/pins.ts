import type { PinChecker } from '@axtary/core';

import { UpstreamError } from '../errors.js';
import { refused, resolvePath } from './paths.js';
import { readRegular } from './read-file.js';

/**
 * Checks pins of kind `file`: the SHA-256 of the bytes that now stand at an absolute path, or
 * `absent`. Rejects where the path leads elsewhere by a symbolic link, or to anything but a
 * regular file; the caller then denies.
 */
export function createFilePinChecker(): PinChecker {
  return async (pin, _action, signal) => {
    if (pin.kind !== 'file') {
      throw new UpstreamError('UPSTREAM_REFUSED', `expected a pin of a file, got ${pin.kind}`);
    }
    const { real } = await resolvePath('/', pin.subject);
    if (real !== pin.subject) throw refused(pin.subject, 'it now leads to another file');
    const file = await readRegular(real, { keep: 0, signal });
    return file?.digest ?? 'absent';
  };
}
