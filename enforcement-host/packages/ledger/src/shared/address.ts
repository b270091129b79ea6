import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

// sizeof(sun_path) less its final NUL; see unix(7) and the <sys/un.h> of the BSDs.
const MAX_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

/** @throws TypeError if the socket beside the ledger would have a longer path than sockets can. */
export function assertAddressable(path: string): void {
  if (process.platform === 'win32') return;
  const bytes = Buffer.byteLength(socketFile(path));
  if (bytes <= MAX_SOCKET_PATH) return;
  throw new TypeError(
    `expected a socket path of at most ${MAX_SOCKET_PATH} bytes, got ${bytes}: ` +
      'the ledger needs a shorter path to be shared',
  );
}

/**
 * Where the writer of a ledger listens: `<path>.sock`, or on Windows a named pipe. The folder must
 * exist.
 */
export async function socketAddress(path: string): Promise<string> {
  if (process.platform !== 'win32') return socketFile(path);
  const file = join(await realpath(dirname(path)), basename(path)).toLowerCase();
  const name = createHash('sha256').update(file).digest('hex').slice(0, 40);
  return `\\\\.\\pipe\\axtary-ledger-${name}`;
}

function socketFile(path: string): string {
  return `${path}.sock`;
}
