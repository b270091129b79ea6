import { genesis, wholeCall } from './contents.js';
import { LedgerFiles } from './ledger-files.js';

/** A ledger of sealed files and one that grows, each with so many calls; the same every time. */
export async function fillLedger(
  folder: string,
  { segments = 3, calls = 5, log }: { segments?: number; calls?: number; log?: string } = {},
): Promise<LedgerFiles> {
  const files = new LedgerFiles(folder, log);
  await files.remove();
  for (let segment = 0; segment < segments; segment++) {
    const ids = Array.from({ length: calls }, (_, n) => `${segment}.${n}`);
    const contents = ids.flatMap((id) => wholeCall({ id, task: `task-${segment}` }));
    await files.append(segment === 0 ? [genesis, ...contents] : contents);
    if (segment < segments - 1) await files.seal();
  }
  return files;
}
