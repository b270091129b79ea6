import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '@axtary/core/digest';

import { ProverError } from './errors.js';
import { REGO_WASM_SHA256 } from './rego-pin.js';

/** File name of the generic module, compiled. */
export const REGO_WASM = 'axtary.wasm';

/**
 * Reads and compiles the generic module, once for each folder. On return its bytes are those that
 * this package was published with.
 *
 * @param folder Where `axtary.wasm` is; by default in this package.
 * @throws ProverError `PROVER_MODULE_UNREADABLE`, or `PROVER_MODULE_UNTRUSTED` for other bytes.
 */
export async function regoModule(
  folder: string = join(import.meta.dirname, '..', 'rego'),
): Promise<WebAssembly.Module> {
  const known = modules.get(folder);
  if (known !== undefined) return known;
  const bytes = await readBytes(join(folder, REGO_WASM));
  const found = sha256(bytes);
  if (found !== REGO_WASM_SHA256) {
    const message = `expected ${REGO_WASM} with ${REGO_WASM_SHA256}, got ${found}: install it again`;
    throw new ProverError('PROVER_MODULE_UNTRUSTED', message);
  }
  const module = await WebAssembly.compile(bytes);
  modules.set(folder, module);
  return module;
}

const modules = new Map<string, WebAssembly.Module>();

async function readBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    const message = `cannot read ${REGO_WASM}: set wasmFolder to the folder that holds it`;
    throw new ProverError('PROVER_MODULE_UNREADABLE', message, { cause });
  }
}
