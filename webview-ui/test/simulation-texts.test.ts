import assert from 'node:assert/strict';

import type { PanelEngine, PanelTrace } from '@axtary/protocol';

import {
  agreement,
  counted,
  percent,
  shownTime,
  splitTraces,
} from '../src/model/simulation-texts.js';

function engine(name: PanelEngine['engine'], overrides: Partial<PanelEngine> = {}): PanelEngine {
  return { engine: name, decision: 'deny', rules: ['a', 'b'], ...overrides };
}

describe('agreement of the engines', () => {
  it('is said only of engines that answered alike, whatever the order of their rules', () => {
    const all = [engine('native'), engine('cedar', { rules: ['b', 'a'] }), engine('rego')];
    assert.match(agreement(all), /^All 3 engines agree/);
  });

  it('is not claimed where a decision or a rule differs', () => {
    assert.match(agreement([engine('native'), engine('cedar', { decision: 'allow' })]), /disagree/);
    assert.match(agreement([engine('native'), engine('rego', { rules: ['a'] })]), /disagree/);
  });

  it('is not claimed for engines that did not answer', () => {
    const silent: PanelEngine = { engine: 'cedar', rules: [], problem: 'absent' };
    assert.equal(agreement([engine('native'), silent]), '1 of 2 engines answered.');
    assert.equal(agreement([]), 'No engine answered.');
  });
});

describe('rules of a trace', () => {
  it('come by their say: what decided, what is unmet, what was overruled', () => {
    const outcomes = ['not-held', 'overruled', 'determined', 'unmet'] as const;
    const rules = outcomes.map((outcome): PanelTrace => ({
      rule: outcome,
      effect: 'allow',
      origin: 'file',
      shadow: false,
      outcome,
      words: '',
    }));
    const { held, others } = splitTraces(rules);
    assert.deepEqual(
      held.map(({ rule }) => rule),
      ['determined', 'unmet', 'overruled'],
    );
    assert.deepEqual(
      others.map(({ rule }) => rule),
      ['not-held'],
    );
  });
});

describe('times', () => {
  it('are in the language of the reader, and are left alone where they are none', () => {
    assert.match(shownTime('2026-01-05T10:00:30.000Z', 'en-GB'), /^0?5\/0?1\/2026, /);
    assert.equal(shownTime('some day', 'en'), 'some day');
  });
});

describe('numbers in words', () => {
  it('say how far something is, also with nothing to do', () => {
    assert.deepEqual([percent(0, 0), percent(1, 3), percent(5, 3)], [0, 33, 100]);
    assert.deepEqual([counted(1, 'rule'), counted(0, 'rule')], ['1 rule', '0 rules']);
  });
});
