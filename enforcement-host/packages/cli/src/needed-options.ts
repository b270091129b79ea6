import { CliError } from './errors.js';

/**
 * An option that this kind of receiver cannot do without.
 *
 * @throws CliError `CLI_USAGE`.
 */
export function needed<Name extends string>(
  options: { readonly to: string } & Readonly<Partial<Record<Name, string>>>,
  name: Name,
): string {
  const value = options[name];
  if (value !== undefined) return value;
  // Commander names the member after the flag.
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new CliError('CLI_USAGE', `--to ${options.to} needs --${flag}`);
}

/**
 * What is made of options; a value that it does not take came from the command line.
 *
 * @throws CliError `CLI_USAGE`; as `make`.
 */
export async function checked<T>(make: () => T | Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError('CLI_USAGE', error.message, { cause: error });
  }
}
