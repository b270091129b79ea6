import { replaceFileWith } from '@axtary/core/durable-files';

import { openRegular } from './read-file.js';

/**
 * Replaces or creates a file in one step: on return the new bytes are durable under the name, and
 * at no moment does the name show anything but the old or the new bytes. Permission bits of an
 * existing file are kept.
 *
 * @param file absolute, in an existing folder.
 * @param confirm called right before the name is switched; a rejection leaves the old bytes.
 */
export async function writeAtomically(
  file: string,
  bytes: Uint8Array,
  confirm: () => Promise<void>,
): Promise<void> {
  const mode = await modeOf(file);
  await replaceFileWith(file, {
    mode: mode ?? 0o666,
    async write(draft) {
      await draft.writeFile(bytes);
      if (mode !== undefined) await draft.chmod(mode);
    },
    confirm,
  });
}

async function modeOf(file: string): Promise<number | undefined> {
  const handle = await openRegular(file);
  if (!handle) return undefined;
  try {
    return (await handle.stat()).mode & 0o777;
  } finally {
    await handle.close();
  }
}
