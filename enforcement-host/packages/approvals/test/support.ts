import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createSigner, demoAction, type PublicJwk, type Signer } from '@axtary/actionpass';
import type { Action, Clock, Decision } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import type { ApproverKey, CreateApprovalOptions } from '../src/index.js';

export const POLICY_HASH = sha256('a policy');
export const STEP_UP: Decision = {
  decision: 'step_up',
  reasons: [{ rule: 'r1', effect: 'step_up', message: 'a person decides' }],
  obligations: {},
};

/** A clock that stands until it is moved. */
export class ManualClock implements Clock {
  #now = new Date('2026-03-01T10:00:00.000Z').getTime();
  now(): Date {
    return new Date(this.#now);
  }
  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}

export function actionNo(n: number | string): Action {
  return { ...demoAction, id: `act_${n}` };
}

export function request(n: number | string = 1): CreateApprovalOptions {
  return {
    action: actionNo(n),
    decision: STEP_UP,
    requestedBy: 'agent:one',
    policyHash: POLICY_HASH,
  };
}

/** Runs with a folder of its own, which goes afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-approvals-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Approver extends ApproverKey {
  readonly signer: Signer;
}

export function newApprover(name: string): Approver {
  const signer = createSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const { kid, publicJwk } = signer as { readonly kid: string; readonly publicJwk: PublicJwk };
  return { kid, jwk: publicJwk, name, signer };
}
