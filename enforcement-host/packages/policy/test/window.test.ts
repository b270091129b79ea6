import assert from 'node:assert/strict';

import { evaluatePolicy, type Condition } from '@axtary/policy';

import { anAction, aRule, policyOf } from './support.js';

type Window = NonNullable<Condition['window']>;

function isOpen(window: Window, now: string | undefined): boolean {
  const policy = policyOf(aRule('open', { when: [{ window }] }));
  const facts = now === undefined ? {} : { now };
  return evaluatePolicy(anAction(), policy, facts).decision === 'allow';
}

const OFFICE: Window = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '09:00',
  to: '17:30',
  timeZone: 'Europe/Berlin',
};

describe('a window', () => {
  it('begins with its first minute and ends before its last', () => {
    assert.equal(isOpen(OFFICE, '2026-01-05T07:59:59.999Z'), false);
    assert.equal(isOpen(OFFICE, '2026-01-05T08:00:00Z'), true);
    assert.equal(isOpen(OFFICE, '2026-01-05T16:29:59.999Z'), true);
    assert.equal(isOpen(OFFICE, '2026-01-05T16:30:00Z'), false);
  });

  it('keeps local time over a change to summer time', () => {
    assert.equal(isOpen(OFFICE, '2026-07-06T07:00:00Z'), true);
    assert.equal(isOpen(OFFICE, '2026-07-06T06:59:00Z'), false);
  });

  it('is closed on other days, of the time zone', () => {
    assert.equal(isOpen(OFFICE, '2026-01-10T10:00:00Z'), false);
    const sunday: Window = { days: ['sun'], from: '00:00', to: '24:00', timeZone: 'Asia/Tokyo' };
    assert.equal(isOpen(sunday, '2026-01-10T15:00:00Z'), true);
    assert.equal(isOpen(sunday, '2026-01-10T14:59:00Z'), false);
  });

  it('runs over midnight, from the days it names', () => {
    const night: Window = { days: ['fri', 'sun'], from: '22:00', to: '06:00', timeZone: 'UTC' };
    assert.equal(isOpen(night, '2026-01-09T22:00:00Z'), true);
    assert.equal(isOpen(night, '2026-01-10T05:59:00Z'), true);
    assert.equal(isOpen(night, '2026-01-10T06:00:00Z'), false);
    assert.equal(isOpen(night, '2026-01-09T05:00:00Z'), false);
    assert.equal(isOpen(night, '2026-01-12T05:00:00Z'), true);
  });

  it('is not open where the time is not known', () => {
    assert.equal(isOpen(OFFICE, undefined), false);
    assert.equal(isOpen(OFFICE, 'today'), false);
  });
});
