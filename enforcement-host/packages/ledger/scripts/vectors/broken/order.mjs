import { exportOf } from '../forger.mjs';
import { after, decision, intent, OTHER_HASH, outcome, pass } from '../ledgers.mjs';
import { notary } from '../notary.mjs';
import { invalid } from './cases.mjs';

const of = ([code, name, why], ...contents) =>
  invalid([code, contents.length, name, why], exportOf(after(notary, ...contents)));
const d = (id, verdict) => ['decision', decision(id, verdict)];
const p = (jti, id, changes) => ['pass', pass(jti, id, changes)];
const i = (ids, changes) => ['intent', intent(ids, changes)];
const o = (id, status) => ['outcome', outcome(id, status)];
const r = (intentId) => [
  'reconciliation',
  { intentId, outcome: 'executed', by: 'ada', reason: 'seen' },
];
const whole = [d('d'), p('p', 'd'), i(['i', 'p', 'd'])];
const other = { actionHash: OTHER_HASH };
export const ORDER_CASES = [
  of(['DECISION_REPEATED', 'id', 'a decision id twice'], d('d'), d('d')),
  of(['DECISION_MISSING', 'pass', 'a pass without a decision'], p('p', 'd')),
  of(
    ['DECISION_MISSING', 'approval', 'an approval without a decision'],
    ['approval', { decisionId: 'd', denied: { by: 'bob', reason: '' } }],
  ),
  of(['DECISION_MISSING', 'intent', 'an intent without a decision'], i(['i', 'p', 'd'])),
  of(['DECISION_NOT_ALLOW', 'deny', 'a pass on a denial'], d('d', 'deny'), p('p', 'd')),
  of(
    ['DECISION_NOT_ALLOW', 'step-up', 'a pass on what had to be approved first'],
    d('d', 'step_up'),
    p('p', 'd'),
  ),
  of(['PASS_MISSING', 'intent', 'an intent without a pass'], d('d'), i(['i', 'p', 'd'])),
  of(['PASS_REPEATED', 'id', 'a pass id twice'], d('d'), p('p', 'd'), p('p', 'd')),
  of(['PASS_REUSED', 'intent', 'a pass used twice'], ...whole, i(['j', 'p', 'd'])),
  of(['INTENT_REPEATED', 'id', 'an intent id twice'], ...whole, p('q', 'd'), i(['i', 'q', 'd'])),
  of(['INTENT_MISSING', 'outcome', 'an outcome without an intent'], o('i')),
  of(['INTENT_MISSING', 'reconciliation', 'a reconciliation without an intent'], r('i')),
  of(['OUTCOME_REPEATED', 'intent', 'an intent has two outcomes'], ...whole, o('i'), o('i')),
  of(['OUTCOME_NOT_UNKNOWN', 'executed', 'reconciles what is known'], ...whole, o('i'), r('i')),
  of(['OUTCOME_NOT_UNKNOWN', 'open', 'reconciles what has no outcome'], ...whole, r('i')),
  of(['BINDING_MISMATCH', 'pass', 'a pass for another action'], d('d'), p('p', 'd', other)),
  of(
    ['BINDING_MISMATCH', 'intent-action', 'an intent for another action'],
    d('d'),
    p('p', 'd'),
    i(['i', 'p', 'd'], other),
  ),
  of(
    ['BINDING_MISMATCH', 'intent-payload', 'an intent for another payload'],
    d('d'),
    p('p', 'd'),
    i(['i', 'p', 'd'], { payloadHash: OTHER_HASH }),
  ),
  of(
    ['BINDING_MISMATCH', 'intent-decision', 'an intent of another decision than its pass'],
    d('d'),
    d('e'),
    p('p', 'd'),
    i(['i', 'p', 'e']),
  ),
];
