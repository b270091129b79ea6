import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** @type {Set<() => Promise<void>>} */
const works = new Set();

/**
 * Has `work` done when this process is interrupted, before it exits; what was added last is done
 * first. A second interrupt does not wait for it.
 *
 * @param {() => Promise<void>} work
 * @returns {() => void} takes it back
 */
export function onInterrupt(work) {
  if (works.size === 0) for (const signal of SIGNALS) process.on(signal, interrupted);
  works.add(work);
  return () => {
    if (!works.delete(work) || works.size > 0) return;
    for (const signal of SIGNALS) process.off(signal, interrupted);
  };
}

/** @param {NodeJS.Signals} signal */
async function interrupted(signal) {
  const exit = () => process.exit(128 + constants.signals[signal]);
  for (const each of SIGNALS) {
    process.off(each, interrupted);
    process.on(each, exit);
  }
  for (const work of [...works].reverse()) {
    await work().catch((error) => console.error(error));
  }
  exit();
}
