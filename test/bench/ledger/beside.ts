import { median, percentile } from '../measure.js';
import { syncing } from '../stages.js';
import { measurePlain, measureSqlite } from './floor.js';
import { measureOwn } from './own.js';
import { measurePeer } from './peers/measure-peer.js';
import { PEERS } from './peers/peers.js';

export const SQLITE_SINGLE = 'SQLite WAL FULL, a commit each';
export const SQLITE_GROUPED = 'SQLite WAL FULL, 256 a commit';
export const PLAIN = 'plain lines';

/** One reading of everything that is measured with `ENTRY`, by name. */
type Reading = ReadonlyMap<string, number>;
export type Figure = (name: string) => number;

/**
 * Measures the ledger, SQLite, plain lines and the peers one after the other, in so many rounds, so
 * that load meets all of them alike.
 *
 * @returns the median of each figure
 */
export async function measureBeside(
  folder: string,
  node24: string,
  rounds: number,
): Promise<Figure> {
  const readings: Reading[] = [];
  for (let round = 0; round < rounds; round++) readings.push(await readAll(folder, node24));
  return (name) => median(readings.map((reading) => reading.get(name) ?? Number.NaN));
}

async function readAll(folder: string, node24: string): Promise<Reading> {
  const reading = new Map<string, number>();
  reading.set('sync', percentile(await syncing(folder), 50));
  const { p50, one, many, verifies } = await measureOwn(folder);
  reading.set('p50', p50).set('one', one).set('many', many).set('verifies', verifies);
  const { single, grouped } = await measureSqlite(folder, node24);
  reading.set(`append ${SQLITE_SINGLE}`, single).set(`append ${SQLITE_GROUPED}`, grouped);
  reading.set(`append ${PLAIN}`, await measurePlain(folder));
  for (const peer of PEERS) {
    const { appends, verifies } = await measurePeer(peer, folder);
    reading.set(`append ${peer.name}`, appends).set(`verify ${peer.name}`, verifies);
  }
  return reading;
}
