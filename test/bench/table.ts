export type Row = readonly [
  what: string,
  measured: string,
  beside: string,
  goal: string,
  reached?: boolean,
];

interface Comparison {
  readonly beside: string;
  readonly goal?: string;
  readonly reached?: boolean;
}

export function row(
  what: string,
  measured: string,
  { beside, goal = '', reached }: Comparison,
): Row {
  return reached === undefined
    ? [what, measured, beside, goal]
    : [what, measured, beside, goal, reached];
}

/** Prints rows as a table, with whether each goal is reached. */
export function print(rows: readonly Row[]): void {
  const cells = [
    ['what', 'measured', 'beside', 'goal', ''],
    ...rows.map(([what, measured, beside, goal, reached]) => {
      const verdict = reached === undefined ? '' : reached ? 'reached' : 'NOT REACHED';
      return [what, measured, beside, goal, verdict];
    }),
  ];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...cells.map((cell) => cell[at]?.length ?? 0)));
  for (const cell of cells) {
    console.log(
      cell
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** Nanoseconds, in microseconds. */
export function us(nanoseconds: number): string {
  return `${(nanoseconds / 1000).toFixed(nanoseconds < 100_000 ? 2 : 0)} us`;
}
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}
export function ratio(value: number): string {
  return value.toFixed(2);
}
