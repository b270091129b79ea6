/** How a text may stand at a place of a YAML text. */
export interface QuoteContext {
  /** The quote that it stands in already. */
  readonly quote: string;
  readonly isFlow: boolean;
}

const INDICATOR = /^[-?:]\s|^[-?:]$|^[\s,[\]{}#&*!|>'"%@`]|^(?:---|\.\.\.)/;
const NOT_TEXT = /^(?:true|false|null|~|[-+]?(?:\.?\d|\.inf)|\.nan|0[xo])/i;
const BREAKS = /: |:$| #|[\t\n\r]|\s$/;
const FLOW = /[,[\]{}]/;

/** A text as YAML reads it back, in quotes where it needs them. */
export function yamlText(text: string, { quote, isFlow }: QuoteContext): string {
  if (quote === "'") return text.replaceAll("'", "''");
  if (quote === '"') return JSON.stringify(text).slice(1, -1);
  const isPlain =
    text !== '' && ![INDICATOR, NOT_TEXT, BREAKS].some((refused) => refused.test(text));
  if (isPlain && !(isFlow && FLOW.test(text))) return text;
  // eslint-disable-next-line no-control-regex -- controls are what single quotes cannot hold
  return /[\u0000-\u001f\u007f]/.test(text)
    ? JSON.stringify(text)
    : `'${text.replaceAll("'", "''")}'`;
}
