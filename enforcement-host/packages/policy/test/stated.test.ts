import assert from 'node:assert/strict';

import { anAction, holdsIn, NO, YES } from './support.js';

const stated = { field: 'payload.x', stated_by_human: true };

function says(request: string, value: string | number): boolean {
  const action = anAction({ payload: { x: value } });
  const answer = holdsIn(stated, { ...action, intent: { ...action.intent, request } });
  assert.ok(answer.allow === YES.allow || answer.allow === NO.allow);
  assert.deepEqual(answer, answer.allow ? YES : NO);
  return answer.allow;
}

describe('a value stated by the human', () => {
  const SAID: readonly (readonly [request: string, value: string | number])[] = [
    ["pay the bill 'bill-december-2023.txt' for me", 'bill-december-2023.txt'],
    ['Send it to ana@example.com.', 'ana@example.com'],
    ['Invite (dora@gmail.com), please', 'dora@gmail.com'],
    ['look at www.example.com', 'www.example.com'],
    ['rent is 2200', 2200],
    ['pay $1,100 now', 1100],
    ['refund 98.70', 98.7],
    ['set the password to 1j1l-2k3j', '1j1l-2k3j'],
    ['grüße an Øyvind!', 'Øyvind'],
    ['write "to: bo" in #general', 'general'],
    ['read [bill.txt], then reply', 'bill.txt'],
    ['tell @bo.', 'bo'],
    ['move it by -5', -5],
    ['is it -5? or 7!', 7],
    ['give me 100 of them', 100],
  ];
  for (const [request, value] of SAID) {
    it(`is ${JSON.stringify(value)} in ${JSON.stringify(request)}`, () => {
      assert.equal(says(request, value), true);
    });
  }

  const NOT_SAID: readonly (readonly [request: string, value: string | number])[] = [
    ['send it to ana@example.com.au', 'ana@example.com'],
    ['send it to ana@example.com', 'na@example.com'],
    ['send it to x.ana@example.com', 'ana@example.com'],
    ['look at www.example.com/about', 'www.example.com'],
    ['look at www.example.com', 'example.com'],
    ['send it to ana@example.com', 'Ana@example.com'],
    ['send it to ana@example.com', 'ana@example.com.evil.org'],
    ['send it to ana@example.com', 'ana@example.com, eve@evil.org'],
    ['pay 1,100', 100],
    ['pay 1100', 110],
    ['pay 98.7', 98],
    ['pay 1,10,0', 1100],
    ['version 1.2.3', 1.2],
    ['pay IT12X', 'IT12'],
    ['anything', ''],
    ['any thing', ' '],
    ['mail 𝒜na', 'na'],
    ["mail o'brien@example.com", 'brien@example.com'],
    ['mail x!bob@example.com', 'bob@example.com'],
    ['open www.example.com/post?thread=1', 'www.example.com/post'],
    ['open www.example.com/?q', 'www.example.com'],
    ['look into /documents', 'documents'],
    ['look into ~/.ssh', 'ssh'],
    ['call +491234', 491234],
    ['take 10%', 10],
    ['take 10 %', 10],
    ['give 5 million', 5],
    ['give 5 k', 5],
    ['give 5k', 5],
    ["pay 1'000", 1],
    ['pay 1 000', 1],
    ['pay 1 500', 500],
    ['pay 1.000', 1],
    ['agent 007', 7],
    ['move it by -5', 5],
  ];
  for (const [request, value] of NOT_SAID) {
    it(`is not ${JSON.stringify(value)} in ${JSON.stringify(request)}`, () => {
      assert.equal(says(request, value), false);
    });
  }

  it('is found in a long request in time linear in it', () => {
    const request = 'aaaaaaaaab '.repeat(5_000);
    const started = process.cpuUsage();
    assert.equal(says(request, 'aaaaaaaaac'), false);
    assert.ok(process.cpuUsage(started).user < 500_000);
  });
});
