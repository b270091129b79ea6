import { FileSink, LEDGER_FORMATS, LocalTailSource, tailLedger } from '../../src/index.js';
import { CONTEXT } from '../formats/events.js';

// A tail in a process of its own, until it is killed; it says how far it is, line by line.
const [ledger = '', file = '', cursorFile = ''] = process.argv.slice(2);
await tailLedger({
  source: new LocalTailSource(ledger, { pollMs: 20 }),
  sink: new FileSink({ file, format: LEDGER_FORMATS.jsonl, context: CONTEXT }),
  cursorFile,
  batch: 7,
  onStatus(status) {
    if (status.state === 'delivered') process.stdout.write(`${status.seq}\n`);
  },
});
