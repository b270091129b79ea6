import { exportOf, Forger } from '../forger.mjs';
import { call, KEYS } from '../ledgers.mjs';

export function invalid([code, seq, name, why], text, more = {}) {
  return {
    name: `${code.toLowerCase().replaceAll('_', '-')}-${name}`,
    why,
    text,
    verdict: 'INVALID',
    code,
    seq,
    ...more,
  };
}

export function incomplete(what, text, more = {}) {
  return { ...invalid(what, text, more), verdict: 'INCOMPLETE' };
}

export function changed(text, at, change) {
  const lines = text.split('\n').slice(0, -1);
  const index = at < 0 ? lines.length + at : at;
  return lines.map((line, n) => `${n === index ? change(line) : line}\n`).join('');
}

export function withRecord(notary, line, disclosures) {
  const good = call(notary).records[1];
  const ledger = new Forger(notary, KEYS.first).genesis();
  ledger.addLine(line(good.line), disclosures?.(good.disclosures) ?? good.disclosures);
  return exportOf(ledger.checkpoint());
}
