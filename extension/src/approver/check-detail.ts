import { isDeepStrictEqual } from 'node:util';

import type { ApprovalDetail } from '@axtary/protocol';

import { ExtensionError } from '../errors.js';
import { sha256 } from './digest.js';

/**
 * Checks that what a reviewer is about to see is what would be signed: the payload is the one that
 * is hashed, the action is the one that is hashed, and the payload is that action's. On return all
 * of it holds; the enforcement host's word is not taken for any of it.
 *
 * @throws ExtensionError `REVIEW_MISMATCH`
 */
export function checkDetail(detail: ApprovalDetail, id: string): void {
  if (detail.id !== id) throw mismatch(`asked for ${id}, got ${detail.id}`);
  if (sha256(detail.payloadText) !== detail.payloadHash) {
    throw mismatch('the payload is not the one its hash names');
  }
  if (sha256(detail.actionText) !== detail.actionHash) {
    throw mismatch('the action is not the one its hash names');
  }
  const capability = member(parse(detail.actionText), 'capability');
  if (!isDeepStrictEqual(member(capability, 'payload'), parse(detail.payloadText))) {
    throw mismatch("the payload is not the action's");
  }
  if (member(capability, 'tool') !== detail.tool) throw mismatch("the tool is not the action's");
  if (member(capability, 'resource') !== detail.resource) {
    throw mismatch("the resource is not the action's");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw mismatch('a text that is hashed is not JSON');
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function mismatch(what: string): ExtensionError {
  return new ExtensionError('REVIEW_MISMATCH', `${what}: nothing can be signed`);
}
