/** Time left, such as `4:07` or `1:02:03`; `undefined` once there is none. */
export function remainingText(expiresAt: string, nowMs: number): string | undefined {
  const left = Math.ceil((Date.parse(expiresAt) - nowMs) / 1000);
  // A time that cannot be read counts as over.
  if (!(left > 0)) return undefined;
  const seconds = String(left % 60).padStart(2, '0');
  const minutes = Math.floor(left / 60) % 60;
  const hours = Math.floor(left / 3600);
  return hours === 0
    ? `${minutes}:${seconds}`
    : `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`;
}
