import { passActionCases } from './pass-actions.mjs';
import { passClaimsCases } from './pass-claims.mjs';
import { passContextCases } from './pass-context.mjs';
import { passSpellingCases } from './pass-spellings.mjs';
import { passSignatureCases } from './pass-signatures.mjs';
import { ACTION, ISSUER, KEYS, NOW, V0, V1, casesWith, createIssuer } from './scene.mjs';

/** The cases of `verifyActionPass`. */
export function passCases(notary) {
  const issue = createIssuer(notary, 'actionpass+jwt');
  const scene = { issue, pass: issue(V0), boundPass: issue(V1) };
  const common = { token: scene.pass, action: ACTION, keys: KEYS, issuer: ISSUER, now: NOW };
  return casesWith(common, [
    {
      name: 'valid/version-0',
      comment: 'Binds content: whoever has it may present it.',
      expect: 'valid',
    },
    ...passContextCases(scene),
    ...passActionCases(scene),
    ...passClaimsCases(scene),
    ...passSpellingCases(scene),
    ...passSignatureCases(scene),
  ]);
}
