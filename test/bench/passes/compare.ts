import { interleave, type Candidate, type Cost, type Slices } from '../interleave.js';
import { ratio, row, us, type Row } from '../table.js';
import { budgets } from './budgets.js';
import { delegations } from './delegations.js';
import type { Beside, Contest, Line } from './line.js';
import { passes } from './passes.js';
import { proofs } from './proofs.js';
import { revocations } from './revocations.js';

type CostOf = (candidate: Candidate) => Cost;

/**
 * Measures passes, proofs, chains, budgets and revocations in one run beside bare cryptography, bare
 * disk writes, and `agent-passport-system` (APS), each by the call that does the nearest work.
 *
 * APS signs with Ed25519 and takes keys as text. Its `createDelegation` stands beside both
 * `issuePass` and `delegate`, `subDelegate` beside a delegation whose parent is verified first, as
 * it does itself; a chain beside both kinds of delegation it has; `VolatileBackend` beside
 * `Budgets` and `Revocations`.
 */
export async function comparePasses(folder: string, slices: Slices): Promise<readonly Row[]> {
  const contests: readonly Contest[] = [
    await passes(),
    await proofs(folder),
    await delegations(),
    await budgets(folder),
    await revocations(),
  ];
  const lines = contests.flatMap((contest) => contest.lines);
  try {
    const costs = await interleave(new Set(lines.flatMap(candidatesOf)), slices);
    return lines.map((line) => rowOf(line, (candidate) => known(costs.get(candidate))));
  } finally {
    for (const { close } of contests) await close?.();
  }
}

function candidatesOf({ candidate, beside }: Line): readonly Candidate[] {
  return [candidate, ...beside.map((each) => each.candidate)];
}

function known(cost: Cost | undefined): Cost {
  if (!cost) throw new TypeError('expected a candidate that was measured');
  return cost;
}

function rowOf({ what, candidate, clock, beside, goal }: Line, of: CostOf): Row {
  const own = of(candidate)[clock];
  const [first] = beside;
  const shares = beside.map((each) => {
    const [name, cost] = costOf(each, clock, of);
    return `${ratio(own / cost)} x ${name} ${us(cost)}`;
  });
  return row(what, `${us(own)} ${clock}`, {
    beside: shares.join('; '),
    ...(goal !== undefined &&
      first && {
        goal: `<= ${ratio(goal)} x ${first.name}`,
        reached: own <= goal * costOf(first, clock, of)[1],
      }),
  });
}

function costOf(
  { name, candidate, times = 1 }: Beside,
  clock: keyof Cost,
  of: CostOf,
): readonly [name: string, nanoseconds: number] {
  return [times === 1 ? name : `${times} ${name}`, times * of(candidate)[clock]];
}
