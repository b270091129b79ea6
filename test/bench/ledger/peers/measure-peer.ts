import { load } from '../../measure.js';
import type { Peer, PeerLog } from './peer.js';

export interface PeerFigures {
  /** Records a second, appended by 256 callers. */
  readonly appends: number;
  readonly verifies: number;
}

/** Measures an audit log that is new, after one with a tenth of the records. */
export async function measurePeer(peer: Peer, folder: string): Promise<PeerFigures> {
  await exercise(peer.open(folder), peer.records / 10);
  return exercise(peer.open(folder), peer.records);
}

async function exercise({ append, verify }: PeerLog, records: number): Promise<PeerFigures> {
  const appended = await load(256, records, () => Promise.resolve(append()));
  const verified = await load(1, 3, () => Promise.resolve(verify()));
  return { appends: appended.perSecond, verifies: verified.perSecond * records };
}
