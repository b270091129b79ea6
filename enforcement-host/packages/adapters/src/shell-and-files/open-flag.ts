/** A flag of `open`; 0 on a system that does not have it. */
export function openFlag(flag: number | undefined): number {
  return flag ?? 0;
}
