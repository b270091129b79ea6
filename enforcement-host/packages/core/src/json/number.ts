// A decimal as digits and exponent: 0.120e3 is { digits: '12', exponent: 1 } (12 x 10^1).
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Whether the decimal text denotes exactly the value that the nearest IEEE 754 double is written
 * as by ECMAScript (RFC 8785 section 3.2.2.3). `1e400`, `9007199254740993` and a 30-digit
 * fraction do not; `1.0`, `0.1` and `123e65` do.
 */
export function roundTrips(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const written = decimal(text);
  const kept = decimal(String(value));
  return written.digits === kept.digits && written.exponent === kept.exponent;
}

function decimal(text: string): Decimal {
  const match = DECIMAL.exec(text);
  if (!match) return { digits: 'not a decimal', exponent: 0 };
  const [, whole = '', fraction = '', power = '0'] = match;
  const all = trimLeadingZeros(whole + fraction);
  const kept = trimTrailingZeros(all);
  if (kept === '') return { digits: '0', exponent: 0 };
  return { digits: kept, exponent: Number(power) - fraction.length + (all.length - kept.length) };
}

function trimLeadingZeros(digits: string): string {
  let start = 0;
  while (start < digits.length && digits[start] === '0') start++;
  return digits.slice(start);
}

// By hand: /0+$/ backtracks quadratically on a long run of zeros.
function trimTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
