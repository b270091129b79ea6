import { actionSchema, type Action } from './action.js';
import { ActionError } from './errors.js';
import { canonicalize } from './json/canonicalize.js';
import { parseStrictJson } from './json/parse.js';
import { DEFAULT_JSON_LIMITS, type JsonLimits } from './json/value.js';

/** An action with the canonical texts that are hashed, approved and executed. */
export interface ParsedAction {
  readonly action: Action;
  /** RFC 8785 form of the whole action. */
  readonly actionText: string;
  /** RFC 8785 form of `capability.payload`. */
  readonly payloadText: string;
}

/**
 * Turns untrusted input into an action. The result is a snapshot: nothing the caller does to its
 * own object afterwards changes what was parsed.
 *
 * @param input JSON text or bytes, read strictly, or a value already in memory.
 * @throws ActionError `ACTION_MALFORMED`, `ACTION_TOO_LARGE` or `CANONICAL_UNREPRESENTABLE`.
 */
export function parseAction(
  input: unknown,
  limits: JsonLimits = DEFAULT_JSON_LIMITS,
): ParsedAction {
  const value =
    typeof input === 'string' || input instanceof Uint8Array
      ? parseStrictJson(input, limits)
      : input;
  const actionText = canonicalize(value, limits);
  const parsed = actionSchema.safeParse(JSON.parse(actionText));
  if (!parsed.success) throw malformed(parsed.error.issues);
  const action = parsed.data;
  return { action, actionText, payloadText: canonicalize(action.capability.payload, limits) };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function malformed(issues: readonly Issue[]): ActionError {
  const shown = issues.slice(0, 3).map(describe).join('; ');
  const more = issues.length > 3 ? `; and ${issues.length - 3} more` : '';
  return new ActionError('ACTION_MALFORMED', `not an action: ${shown}${more}`);
}

function describe({ path, message }: Issue): string {
  return `${path.map(String).join('.') || 'action'}: ${message}`;
}
