// Opens a ledger or verifies an export in a process that does nothing else, as the enforcement host
// and the command line do. Prints the milliseconds that took and the process's peak memory in bytes.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { LocalJsonlLedger, localLedgerSigner, verifyExport } from '@axtary/ledger';

const [task, file, keyFile] = process.argv.slice(2);
const start = performance.now();
const ledger = await { open, verify }[task]();
const milliseconds = performance.now() - start;
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ milliseconds, peakBytes }));
await ledger?.close();

async function open() {
  const signer = localLedgerSigner(createPrivateKey(readFileSync(keyFile)));
  const opened = new LocalJsonlLedger(file, { signer });
  await opened.open();
  return opened;
}

async function verify() {
  const { verdict, message } = await verifyExport(file);
  if (verdict !== 'VALID_UNANCHORED') throw new Error(message);
}
