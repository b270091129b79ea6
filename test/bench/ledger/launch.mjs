// Runs a program with Node. On Linux the peak memory that a process is told includes that of whoever
// started it, so a program that tells its own is started by this small one, not by the bench.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(process.execPath, process.argv.slice(2), { stdio: 'inherit' });
process.exitCode = status ?? 1;
