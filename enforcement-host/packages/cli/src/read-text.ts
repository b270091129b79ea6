import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';

import { messageOf } from '@axtary/core';

import { CliError } from './errors.js';

/**
 * Text of a file, at most `maxBytes`; more is not even read.
 *
 * @throws CliError `CLI_FILE_UNREADABLE`.
 */
export async function readText(file: string, maxBytes: number): Promise<string> {
  const bytes = await readBytes(file, maxBytes);
  if (bytes.length > maxBytes) {
    throw new CliError('CLI_FILE_UNREADABLE', `${file} is larger than ${maxBytes} bytes`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${file} is not UTF-8 text`, { cause });
  }
}

async function readBytes(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await buffer(createReadStream(file, { end: maxBytes }));
  } catch (cause) {
    const message = `${file} cannot be read: ${messageOf(cause)}`;
    throw new CliError('CLI_FILE_UNREADABLE', message, { cause });
  }
}
