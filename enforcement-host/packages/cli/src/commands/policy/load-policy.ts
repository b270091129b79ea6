import path from 'node:path';

import { parsePolicy, type Policy } from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { CliError } from '../../errors.js';
import { describeIssue } from '../../policy-issues.js';
import { readText } from '../../read-text.js';

/** Bytes; no policy is longer. */
export const MAX_POLICY_BYTES = 4 * 1024 * 1024;

/**
 * Reads a policy that a command needs; what is wrong with it goes to standard error.
 *
 * @throws CliError `CLI_FILE_UNREADABLE`, `CLI_POLICY_INVALID`.
 */
export async function loadPolicy(file: string, { cwd, terminal }: CliContext): Promise<Policy> {
  const text = await readText(path.resolve(cwd, file), MAX_POLICY_BYTES);
  const { policy, issues } = parsePolicy(text, file);
  for (const issue of issues) terminal.warn(describeIssue(file, issue, terminal));
  if (policy !== undefined) return policy;
  throw new CliError('CLI_POLICY_INVALID', `${file} is not a valid policy; see above`);
}
