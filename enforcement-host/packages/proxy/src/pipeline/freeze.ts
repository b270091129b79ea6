/**
 * Freezes JSON all through. For an action that is shown to others before it executes: what they do
 * to it must not change what is executed.
 */
export function freezeJson<T extends object>(value: T): T {
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null) freezeJson(member);
  }
  return Object.freeze(value);
}
