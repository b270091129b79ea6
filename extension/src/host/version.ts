/** Orders two `major.minor.patch` versions; a pre-release suffix is left out. Negative: `a` is older. */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  for (const [index, number] of left.entries()) {
    const difference = number - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  return [match?.[1], match?.[2], match?.[3]].map((digits) => Number(digits ?? 0));
}
