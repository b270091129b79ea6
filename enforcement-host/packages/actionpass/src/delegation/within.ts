import { compileGlob, isClearResource } from '@axtary/policy';

import type { PassClaimsV1 } from '../claims.js';
import { VerificationError } from '../errors.js';
import { termsProblem, widened, type AttenuationProblem } from './attenuation.js';
import type { DelegationScope } from './claims.js';
import { constraintsProblem } from './constraints.js';
import type { VerifiedDelegation } from './verify.js';

/** What a pass that is issued under a delegation says of it. */
export function delegationClaim({
  leaf,
}: VerifiedDelegation): NonNullable<PassClaimsV1['delegation']> {
  const { root, depth } = leaf.delegation;
  return { parent: leaf.jti, root, depth };
}

/**
 * Asserts that a pass was issued under the leaf of this chain and is within it: same issuer, agent,
 * human owner, tenant, runtime, task and key; tool, resource and payload in scope; constraints
 * kept; audience and expiry no wider. A resource that is not in its one spelling is in no scope.
 *
 * Budgets are not in a pass: whoever executes charges each link of the chain.
 *
 * @throws VerificationError `DELEGATION_INVALID` for a pass of another delegation or holder,
 *   `DELEGATION_WIDENED` naming the axis.
 */
export function assertWithin(delegation: VerifiedDelegation, pass: PassClaimsV1): void {
  const { leaf } = delegation;
  const expected = delegationClaim(delegation);
  const claimed = pass.delegation;
  const isUnder =
    claimed?.parent === expected.parent &&
    claimed.root === expected.root &&
    claimed.depth === expected.depth;
  if (!isUnder) {
    throw new VerificationError('DELEGATION_INVALID', 'the pass is not of this delegation');
  }
  const isHeld =
    pass.sub === leaf.sub && pass.runtime === leaf.runtime && pass.cnf.jkt === leaf.cnf.jkt;
  if (!isHeld) {
    throw new VerificationError('DELEGATION_INVALID', 'the pass is for another holder');
  }
  const problem = termsProblem(leaf, pass) ?? scopeProblem(leaf.scope, pass);
  if (problem) throw widened(problem);
}

function scopeProblem(scope: DelegationScope, pass: PassClaimsV1): AttenuationProblem | undefined {
  const message = 'it is not in scope';
  if (!matches(scope.tools, pass.tool)) return { axis: 'tools', message };
  if (!isClearResource(pass.resource) || !matches(scope.resources, pass.resource)) {
    return { axis: 'resources', message };
  }
  if (scope.payloads?.includes(pass.payload_hash) === false) return { axis: 'payloads', message };
  const problem = constraintsProblem(scope.constraints, pass.constraints);
  return problem === undefined ? undefined : { axis: 'constraints', message: problem };
}

function matches(globs: readonly string[], subject: string): boolean {
  return globs.some((glob) => compileGlob(glob)(subject));
}
