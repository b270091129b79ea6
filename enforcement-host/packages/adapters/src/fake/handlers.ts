import { systemClock, type Clock, type Handlers } from '@axtary/core';

import { fakeDocsSearch } from './docs.js';
import { fakePullRequestsCreate } from './github.js';
import { fakePostMessage } from './slack.js';
import { fakeIssueUpdate } from './linear.js';

/**
 * Handlers of invented upstreams for demonstrations and tests: `github.pull_requests.create`,
 * `slack.chat.postMessage`, `linear.issue.update` and `docs.search`. They keep their state in
 * memory, reach no network, and mark every result with `fake: true`.
 */
export function createFakeHandlers(options: { readonly clock?: Clock } = {}): Handlers {
  const clock = options.clock ?? systemClock;
  return {
    'github.pull_requests.create': fakePullRequestsCreate(),
    'slack.chat.postMessage': fakePostMessage(clock),
    'linear.issue.update': fakeIssueUpdate(clock),
    'docs.search': fakeDocsSearch(),
  };
}
