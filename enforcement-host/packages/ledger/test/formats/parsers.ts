/** RFC 4180, strictly: every line closed by CRLF, quotes doubled inside quoted cells only. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      const cell = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))/.exec(text.slice(at));
      if (!cell) throw new Error(`no cell at ${at}`);
      row.push(cell[1]?.replaceAll('""', '"') ?? cell[2] ?? '');
      at += cell[0].length;
      if (text[at] !== ',') break;
      at++;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`no CRLF at ${at}`);
    at += 2;
    rows.push(row);
  }
  return rows;
}

export interface ParsedLine {
  readonly header: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
}

/** Common Event Format: seven header fields between bars, `\` escapes, then key=value pairs. */
export function parseCef(line: string): ParsedLine {
  const match = /^CEF:0\|((?:(?:[^|\\\r\n]|\\[|\\])*\|){6})(.*)$/.exec(line);
  if (!match) throw new Error(`no CEF: ${line}`);
  const header = (match[1] ?? '')
    .slice(0, -1)
    .split(/(?<!(?<!\\)(?:\\\\)*\\)\|/)
    .map((field) => field.replace(/\\([\\|])/g, '$1'));
  const fields: Record<string, string> = {};
  const rest = match[2] ?? '';
  const pairs = [
    ...rest.matchAll(/(?:^| )([A-Za-z0-9]+)=((?:[^\\=]|\\[\\=nr])*?)(?= [A-Za-z0-9]+=|$)/g),
  ];
  if (pairs.map(([pair]) => pair).join('') !== rest) throw new Error(`no extension: ${rest}`);
  for (const [, key = '', value = ''] of pairs) {
    if (key in fields) throw new Error(`${key} is there twice`);
    fields[key] = value.replace(/\\([\\=])/g, '$1');
  }
  return { header, fields };
}

/** Log Event Extended Format 2.0 with a hexadecimal delimiter. */
export function parseLeef(line: string): ParsedLine {
  const [version = '', ...rest] = line.split('|');
  const header = rest.slice(0, 5);
  if (version !== 'LEEF:2.0' || header.length < 5) throw new Error(`no LEEF: ${line}`);
  const delimiter = String.fromCharCode(parseInt(header[4]?.slice(1) ?? '', 16));
  const fields: Record<string, string> = {};
  for (const pair of rest.slice(5).join('|').split(delimiter)) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at);
    if (at < 1 || key in fields) throw new Error(`no attribute: ${pair}`);
    fields[key] = pair.slice(at + 1);
  }
  return { header, fields };
}
