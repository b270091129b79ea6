import assert from 'node:assert/strict';

import type { ApprovalDetail, ApprovalStatement } from '@axtary/protocol';
import { decodeJwt } from 'jose';

import { sha256 } from '../src/approver/digest.js';
import { createApproverKey, type ApproverKey } from '../src/approver/key.js';
import { ApprovalReview, type Click } from '../src/approver/review.js';
import { demoDetail } from './support/demo.js';
import { InMemorySecrets } from './support/secrets.js';

const target = { workspace: '/ws', id: 'apr_1' };
const clock = { now: () => new Date('2026-01-01T10:01:00.900Z') };

describe('reviewing an approval request', () => {
  let key: ApproverKey;
  let details: ApprovalDetail[];
  let sent: string[];
  let review: ApprovalReview;
  let refusal: Error | undefined;
  let answered: ApprovalDetail;

  before(async () => {
    key = await createApproverKey(new InMemorySecrets());
  });

  beforeEach(() => {
    details = [demoDetail()];
    sent = [];
    refusal = undefined;
    answered = demoDetail({ status: 'approved' });
    review = new ApprovalReview({
      // The last answer is given again and again.
      fetch: () => {
        const [next] = details.length > 1 ? details.splice(0, 1) : details;
        return next === undefined ? Promise.reject(new Error('unknown')) : Promise.resolve(next);
      },
      answer: (_target, statement) => {
        sent.push(statement);
        if (refusal !== undefined) return Promise.reject(refusal);
        return Promise.resolve(answered);
      },
      signer: () => ({ key, approver: 'user:ada' }),
      clock,
    });
  });

  function click(overrides: Partial<Click> = {}): Click {
    const { payloadHash } = demoDetail();
    return { id: 'apr_1', payloadHash, verdict: 'approve', reason: 'fine', ...overrides };
  }

  async function answer(given: Click): Promise<void> {
    await review.answer(given, () => undefined);
  }

  function stateShown(): string | undefined {
    const message = review.message([demoDetail()]);
    return message?.type === 'show' ? message.approval.state : undefined;
  }

  function errorShown(): string {
    const message = review.message([demoDetail()]);
    return message?.type === 'show' ? (message.approval.error ?? '') : '';
  }

  it('signs exactly what was shown', async () => {
    await review.open(target);
    await answer(click());
    const [statement = ''] = sent;
    const expected: ApprovalStatement = {
      jti: 'nonce-1',
      approval_id: 'apr_1',
      verdict: 'approve',
      sub: 'user:ada',
      action_hash: demoDetail().actionHash,
      payload_hash: demoDetail().payloadHash,
      policy_hash: demoDetail().policyHash,
      reason: 'fine',
      iat: 1_767_261_660,
    };
    assert.deepEqual(decodeJwt(statement), expected);
    assert.equal(stateShown(), 'approved');
  });

  it('binds the verdict to the tool definition where there is one', async () => {
    const definitionHash = sha256('definition');
    details = [demoDetail({ definitionHash })];
    await review.open(target);
    await answer(click({ verdict: 'deny' }));
    assert.equal(decodeJwt(sent[0] ?? '')['definition_hash'], definitionHash);
    assert.equal(decodeJwt(sent[0] ?? '')['verdict'], 'deny');
  });

  it('shows the position among those that wait', async () => {
    await review.open(target);
    const message = review.message([demoDetail({ id: 'apr_0' }), demoDetail()]);
    assert.equal(message?.type, 'show');
    assert.deepEqual(
      message.type === 'show' && [message.approval.position, message.approval.pending],
      [2, 2],
    );
  });

  it('ignores a click that names another payload than the one shown', async () => {
    await review.open(target);
    await answer(click({ payloadHash: sha256('other') }));
    await answer(click({ id: 'apr_2' }));
    assert.deepEqual(sent, []);
    assert.equal(stateShown(), 'pending');
  });

  it('ignores a second click while the first is on its way, and after it', async () => {
    await review.open(target);
    await Promise.all([answer(click()), answer(click({ verdict: 'deny' }))]);
    await answer(click());
    assert.equal(sent.length, 1);
  });

  it('ignores a click when nothing is shown', async () => {
    await answer(click());
    await review.open(target);
    review.close();
    await answer(click());
    assert.deepEqual(sent, []);
  });

  it('shows nothing of a request whose hashes do not fit', async () => {
    details = [demoDetail({ payloadText: '{}' })];
    await assert.rejects(review.open(target), { code: 'REVIEW_MISMATCH' });
    assert.equal(review.message([]), undefined);
    await answer(click());
    assert.deepEqual(sent, []);
  });

  it('signs nothing when the request has changed since it was shown', async () => {
    const otherAction = demoDetail().actionText.replace('act_1', 'act_2');
    const changed = demoDetail({ actionText: otherAction, actionHash: sha256(otherAction) });
    details = [demoDetail(), changed];
    await review.open(target);
    await answer(click());
    assert.deepEqual(sent, []);
    assert.match(errorShown(), /not the one that was shown/);
  });

  it('signs nothing for another nonce than the one that was shown', async () => {
    details = [demoDetail(), demoDetail({ nonce: 'nonce-2' })];
    await review.open(target);
    await answer(click());
    assert.deepEqual(sent, []);
  });

  it('tells the reviewer when the enforcement host refuses, and can be tried again', async () => {
    await review.open(target);
    refusal = new Error('the nonce is used');
    await answer(click());
    assert.equal(errorShown(), 'the nonce is used');
    assert.equal(stateShown(), 'pending');
    refusal = undefined;
    await answer(click());
    assert.equal(stateShown(), 'approved');
    assert.equal(errorShown(), '');
  });

  it('shows what became of it when it was answered elsewhere', async () => {
    await review.open(target);
    details = [demoDetail({ status: 'denied' })];
    await review.refresh();
    assert.equal(stateShown(), 'denied');
    details = [];
    await review.refresh();
    assert.equal(stateShown(), 'gone');
  });

  const first = { name: 'user:ada', at: '2026-01-01T10:01:00.000Z' };

  it('tells that another approver is asked for after one of two has approved', async () => {
    answered = demoDetail({ approvedBy: [first], progress: '1 of 2 approvals', missing: 'owner' });
    await review.open(target);
    await answer(click());
    const message = review.message([demoDetail()]);
    assert.ok(message?.type === 'show');
    const { state, progress, missing, approvedBy, isApprovedByYou } = message.approval;
    assert.deepEqual([state, progress, missing], ['pending', '1 of 2 approvals', 'owner']);
    assert.deepEqual(approvedBy, [first]);
    assert.equal(isApprovedByYou, true);
  });

  it('takes over who else has approved meanwhile, and shows the same payload still', async () => {
    const other = { ...first, name: 'user:grace' };
    const now = demoDetail({ approvedBy: [other], progress: '1 of 2 approvals', title: 'other' });
    details = [demoDetail(), now];
    await review.open(target);
    await review.refresh();
    const message = review.message([demoDetail()]);
    assert.ok(message?.type === 'show');
    assert.deepEqual(message.approval.approvedBy, [other]);
    assert.equal(message.approval.isApprovedByYou, false);
    assert.equal(message.approval.title, demoDetail().title);
  });

  it('keeps the request that was opened last when an earlier one answers late', async () => {
    const pending: ((detail: ApprovalDetail) => void)[] = [];
    const slow = new ApprovalReview({
      fetch: () => new Promise((resolve) => pending.push(resolve)),
      answer: () => Promise.reject(new Error('never')),
      signer: () => ({ key, approver: 'user:ada' }),
      clock,
    });
    const first = slow.open(target);
    const second = slow.open({ workspace: '/ws', id: 'apr_2' });
    pending[1]?.(demoDetail({ id: 'apr_2' }));
    await second;
    pending[0]?.(demoDetail());
    await first;
    assert.equal(slow.target?.id, 'apr_2');
  });
});
