import { changed } from './jose.mjs';
import { ACTION, NOW, actionHash, casesWith, payloadHash, withCapability } from './scene.mjs';

const ARTIFACT = {
  version: 1,
  id: 'apr_01',
  mode: 'human',
  actionHash: actionHash(ACTION),
  payloadHash: payloadHash(ACTION),
  approvedBy: 'user:reviewer@example.com',
  reason: 'reviewed',
  approvedAt: '2026-03-01T09:59:00.000Z',
  expiresAt: '2026-03-01T10:01:00.000Z',
};
const OTHER = withCapability({ payload: { title: 'Another' } });

/** The cases of an approval artifact that is given with an action. */
export function approvalCases() {
  const refused = 'APPROVAL_ARTIFACT_INVALID';
  return casesWith({ action: ACTION, artifact: ARTIFACT, now: NOW }, [
    { name: 'valid/approved', comment: 'For this action and payload.', expect: 'valid' },
    {
      name: 'valid/without-expiry',
      comment: 'It has no expiry of its own.',
      artifact: changed(ARTIFACT, { expiresAt: undefined }),
      now: NOW + 86_400,
      expect: 'valid',
    },
    {
      name: 'approval/other-action',
      comment: 'The same payload under another id.',
      action: { ...ACTION, id: 'act_02' },
      expect: refused,
    },
    {
      name: 'approval/other-payload',
      comment: 'The payload was changed after it was approved.',
      action: OTHER,
      expect: refused,
    },
    {
      name: 'approval/payload-hash-of-another',
      comment: 'Everything but the digest of the payload is right.',
      artifact: { ...ARTIFACT, payloadHash: payloadHash(OTHER) },
      expect: refused,
    },
    {
      name: 'approval/expired',
      comment: 'On or after expiresAt.',
      now: NOW + 60,
      expect: refused,
    },
    {
      name: 'approval/unreadable-expiry',
      comment: 'What is no time has passed.',
      artifact: { ...ARTIFACT, expiresAt: 'tomorrow' },
      expect: refused,
    },
  ]);
}
