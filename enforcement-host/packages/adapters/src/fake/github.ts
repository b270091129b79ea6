import type { Handler } from '@axtary/core';

import { optionalText, requireText } from '../payload.js';
import { answering } from './answer.js';

/** FakeGithub: an invented upstream. Opens pull requests in memory, one per head branch. */
export function fakePullRequestsCreate(): Handler {
  const open = new Map<string, number>();
  return answering((call) => {
    const { payload, resource } = call;
    const repository = resource.replace(/^repo:/, '');
    const title = requireText(payload, 'title');
    const base = optionalText(payload, 'base') ?? 'main';
    const head = optionalText(payload, 'head') ?? 'work';
    const key = JSON.stringify([repository, base, head]);
    const number = open.get(key) ?? open.size + 1;
    open.set(key, number);
    return {
      fake: true,
      number,
      state: 'open',
      title: title.slice(0, 256),
      base: { ref: base },
      head: { ref: head },
      html_url: `https://github.example/${repository}/pull/${number}`,
    };
  });
}
