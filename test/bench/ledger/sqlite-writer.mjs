// Run by a Node that has node:sqlite: one durable commit a record, and 256 records a commit, in WAL
// with FULL synchronisation. Prints records a second of each.
import { DatabaseSync } from 'node:sqlite';

const [file, body] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec('CREATE TABLE ledger (seq INTEGER PRIMARY KEY, body TEXT)');
const insert = database.prepare('INSERT INTO ledger (body) VALUES (?)');

function rate(batches, size) {
  const start = process.hrtime.bigint();
  for (let batch = 0; batch < batches; batch++) {
    database.exec('BEGIN');
    for (let n = 0; n < size; n++) insert.run(body);
    database.exec('COMMIT');
  }
  return (batches * size * 1e9) / Number(process.hrtime.bigint() - start);
}

console.log(JSON.stringify({ single: rate(500, 1), grouped: rate(100, 256) }));
