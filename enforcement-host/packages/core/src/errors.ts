/**
 * Root of every coded failure. A denial is a `Decision`, never an error; a caller's mistake is a
 * `TypeError`; all else carries a `code` from the closed union of its package.
 * `code` is stable, `message` is not. A message never holds a credential, a key or a whole pass.
 */
export class AxtaryError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

export type ActionErrorCode = 'ACTION_MALFORMED' | 'ACTION_TOO_LARGE' | 'CANONICAL_UNREPRESENTABLE';

/** Hostile or broken input on its way to an action. */
export class ActionError extends AxtaryError<ActionErrorCode> {}

/** The code of a failure that crosses a boundary; what is not ours is `INTERNAL`. Never throws. */
export function codeOf(error: unknown): string {
  try {
    return error instanceof AxtaryError ? String(error.code) : 'INTERNAL';
  } catch {
    return 'INTERNAL';
  }
}

/** The text of a failure for diagnostics. Never throws: anything at all may have been thrown. */
export function messageOf(error: unknown): string {
  try {
    const message: unknown = error instanceof Error ? error.message : error;
    return String(message);
  } catch {
    return 'an error without a message';
  }
}

/** Marks a branch that the types exclude. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${String(value)}`);
}
