import { chainCases } from './delegation-chains.mjs';
import { createChain } from './delegation-scene.mjs';
import { passUnderCases } from './delegation-passes.mjs';
import { stepCases } from './delegation-steps.mjs';
import { AUDIENCE, ISSUER, KEYS, NOW, casesWith, createIssuer } from './scene.mjs';

/** The cases of `verifyDelegationChain`, and of `assertWithin` where there is a pass. */
export function delegationCases(notary) {
  const issue = createIssuer(notary, 'axtary-delegation+jwt');
  const scene = {
    issue,
    chain: createChain(),
    issueAll: (links) => links.map((link) => issue(link)),
  };
  const tokens = scene.issueAll(scene.chain.slice(0, 2));
  const common = { tokens, keys: KEYS, issuer: ISSUER, audience: AUDIENCE, now: NOW };
  return casesWith(common, [
    { name: 'valid/two-links', comment: 'A root, and one delegation below.', expect: 'valid' },
    ...chainCases(scene),
    ...stepCases(scene),
    ...passUnderCases(scene),
  ]);
}
