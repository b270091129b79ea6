import { LedgerIndex } from '../../src/index.js';
import { fillLedger } from './filled.js';

// Makes the sidecars of a ledger, until it is killed.
const [folder = ''] = process.argv.slice(2);
const files = await fillLedger(folder, { segments: 40, calls: 100 });
process.stdout.write('ready\n');
await new LedgerIndex({ source: files, folder: files.index }).prepare();
