import { isJsonObject, type Clock, type Handler, type JsonObject } from '@axtary/core';

import { UpstreamError } from '../errors.js';
import { answering } from './answer.js';

const MAX_ISSUES = 1000;

/** FakeLinear: an invented upstream. Any issue exists; updates are merged and remembered. */
export function fakeIssueUpdate(clock: Clock): Handler {
  const issues = new Map<string, JsonObject>();
  return answering(({ payload }) => {
    const id = payload['issue'] ?? payload['id'] ?? payload['issueId'];
    if (typeof id !== 'string') {
      throw new UpstreamError('UPSTREAM_REFUSED', 'expected a text as "issue" in the payload');
    }
    const fields = payload['fields'] ?? payload['input'] ?? {};
    if (!isJsonObject(fields)) {
      throw new UpstreamError('UPSTREAM_REFUSED', 'expected an object as "fields" in the payload');
    }
    const issue = { ...issues.get(id), ...fields };
    if (issues.size < MAX_ISSUES || issues.has(id)) issues.set(id, issue);
    const updatedAt = clock.now().toISOString();
    return { fake: true, success: true, issue: { id, ...issue, updatedAt } };
  });
}
