import { printable } from './terminal.js';

const GAP = '  ';

/** Rows in columns as wide as their widest cell, the last one ragged; cells show no control character. */
export function tableLines(rows: readonly (readonly string[])[], indent = ''): readonly string[] {
  const cells = rows.map((row) => row.map(printable));
  const count = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells.map((row) => {
    const padded = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
    );
    return `${indent}${padded.join(GAP)}`.trimEnd();
  });
}
