import path from 'node:path';

import {
  Budgets,
  LocalBudgetStore,
  StoredBudgets,
  type LimitedCharge,
  type ReserveResult,
} from '@axtary/budgets';
import { newId } from '@axtary/core/digest';
import { acquireLock } from '@axtary/ledger';
import { createDelegation, VolatileBackend } from 'agent-passport-system';

import { candidate, type Candidate } from '../interleave.js';
import { newKey } from '../stages.js';
import { bareSign, durableWrite } from './floor.js';
import type { Contest } from './line.js';
import { delegationOptions, newPeer } from './peer.js';
import { clock } from './setting.js';

const USES = 100_000;
/** Each use makes the next dearer there, and so 100,000 of them would take minutes. */
const PEER_USES = 10_000;
const HOUR_MS = 3_600_000;
const CALLERS = 256;
const scopes = { agent: 'agent:claude-code', tenant: 'org:example' };

/** Budgets: reserved and committed, in memory and in a file. */
export async function budgets(folder: string): Promise<Contest> {
  const peer = candidate(await peerSpender());
  const sign = bareSign(newKey(), 900);
  const single = await openStored(path.join(folder, 'one.jsonl'));
  const shared = await openStored(path.join(folder, 'many.jsonl'));
  const write = await durableWrite(folder, 'fdatasync');
  const everyone = async (): Promise<void> => {
    await Promise.all(Array.from({ length: CALLERS }, () => spend(shared)));
  };
  return {
    lines: [
      {
        what: 'reserveWithin + commit, 20 meters, 10^5 uses',
        candidate: inMemory(20),
        clock: 'cpu',
        beside: [{ name: 'crypto.sign', candidate: sign }],
      },
      {
        what: 'reserveWithin + commit, 1 meter, 10^5 uses',
        candidate: inMemory(1),
        clock: 'cpu',
        beside: [
          { name: 'crypto.sign', candidate: sign },
          { name: 'APS reserveSpend + commitSpend, from 10^4 uses', candidate: peer },
        ],
      },
      {
        what: 'LocalBudgetStore, 3 meters, reserve + commit, 1 caller',
        candidate: candidate(() => spend(single)),
        clock: 'wall',
        beside: [{ name: 'fdatasync', candidate: write, times: 2 }],
      },
      {
        what: `LocalBudgetStore, 3 meters, reserve + commit, ${CALLERS} callers`,
        candidate: { run: everyone, per: CALLERS },
        clock: 'wall',
        beside: [{ name: 'fdatasync', candidate: write, times: 2 }],
      },
    ],
    close: async () => {
      await Promise.all([single.close(), shared.close(), write.close()]);
    },
  };
}

/** One unit on each of so many meters, none of which it fills. */
function charges(meters: number): readonly LimitedCharge[] {
  return Array.from({ length: meters }, (_, at) => ({
    meter: { id: `meter-${at}`, per: at % 2 ? ['agent'] : ['tenant'], windowSeconds: 3600 },
    amount: 1,
    max: Number.MAX_SAFE_INTEGER,
  }));
}

/** Begins with the uses spread over the window. */
function inMemory(meters: number): Candidate {
  const counts = new Budgets();
  const request = { scopes, charges: charges(meters) };
  const now = clock.now();
  const reservations = USES / meters;
  const reserveAt = (time: Date): void => {
    const id = newId('use');
    assertReserved(counts.reserveWithin({ ...request, id, now: time }));
    counts.commit(id);
  };
  for (let at = 0; at < reservations; at++) {
    const age = ((reservations - at) / reservations) * (HOUR_MS - 1);
    reserveAt(new Date(now.getTime() - age));
  }
  return candidate(() => reserveAt(now));
}

async function openStored(file: string): Promise<StoredBudgets> {
  const store = await LocalBudgetStore.open(file, { lock: acquireLock });
  return StoredBudgets.open(store);
}

const threeCharges = charges(3);

async function spend(stored: StoredBudgets): Promise<void> {
  const id = newId('use');
  assertReserved(await stored.reserve({ id, scopes, charges: threeCharges }));
  await stored.commit(id);
}

function assertReserved({ isReserved }: ReserveResult): void {
  if (!isReserved) throw new Error('a limit is reached');
}

async function peerSpender(): Promise<() => Promise<void>> {
  const backend = new VolatileBackend();
  const delegation = createDelegation({
    ...delegationOptions(newPeer(), newPeer()),
    spendLimit: Number.MAX_SAFE_INTEGER,
  });
  await backend.putDelegation(delegation);
  const spendOne = async (): Promise<void> => {
    const { reservationId } = await backend.reserveSpend(delegation.delegationId, 1, 'USD');
    const isCommitted = reservationId !== undefined && (await backend.commitSpend(reservationId));
    if (!isCommitted) throw new Error('agent-passport-system reserves nothing');
  };
  for (let use = 0; use < PEER_USES; use++) await spendOne();
  return spendOne;
}
