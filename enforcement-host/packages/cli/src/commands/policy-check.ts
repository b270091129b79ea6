import { parsePolicy } from '@axtary/policy';

import type { CliContext } from '../context.js';
import { EXIT_CODES } from '../exit-codes.js';
import { describeIssue } from '../policy-issues.js';
import { readText } from '../read-text.js';
import { printable } from '../terminal.js';

export interface PolicyCheckOptions {
  readonly file: string;
  readonly json: boolean;
}

/** Bytes; no policy is longer. */
export const MAX_POLICY_BYTES = 4 * 1024 * 1024;

/** Says what is wrong with a policy file, and where. */
export async function policyCheck(
  { file, json }: PolicyCheckOptions,
  { terminal, setExitCode }: CliContext,
): Promise<void> {
  const { policy, issues } = parsePolicy(await readText(file, MAX_POLICY_BYTES), file);
  if (!policy) setExitCode(EXIT_CODES.failed);
  if (json) {
    terminal.printJson({ file, valid: policy !== undefined, issues });
    return;
  }
  for (const issue of issues) terminal.print(describeIssue(file, issue, terminal));
  if (policy) {
    const { servers, rules } = policy;
    const counts = `rules in force: ${rules.length}, MCP servers: ${servers.size}`;
    terminal.print(`${terminal.paint('green', 'valid')}: ${printable(file)}, ${counts}`);
  }
}
