import { createPolicy, evaluatePolicy } from '@axtary/policy';

import { at, type EngineMaker } from '../engine.js';

export const native: EngineMaker = (rules, actions) => {
  const policy = createPolicy({ version: 1, preset: 'none', policies: [...rules] }, 'bench');
  const facts = { now: '2026-01-02T03:04:05.678Z', approvals: [] };
  return { decide: (index) => evaluatePolicy(at(actions, index), policy, facts).decision };
};
