import type { Handler } from '@axtary/core';

import { requireText } from '../payload.js';
import { answering } from './answer.js';

const DOCUMENTS = [
  {
    id: 'doc-1',
    title: 'Release checklist',
    class: 'internal',
    text: 'Tag, build, sign, publish.',
  },
  { id: 'doc-2', title: 'Invoice rounding', class: 'internal', text: 'Round the total once.' },
  { id: 'doc-3', title: 'On-call handbook', class: 'restricted', text: 'Who to wake, and when.' },
  { id: 'doc-4', title: 'Public roadmap', class: 'public', text: 'What comes next, in short.' },
] as const;

/** FakeDocs: an invented upstream. Searches four invented documents word by word. */
export function fakeDocsSearch(): Handler {
  return answering(({ payload }) => {
    const words = requireText(payload, 'query').toLowerCase().split(/\s+/).filter(Boolean);
    const limit = typeof payload['limit'] === 'number' ? payload['limit'] : 10;
    const found = DOCUMENTS.filter(({ title, text }) => {
      const body = `${title} ${text}`.toLowerCase();
      return words.every((word) => body.includes(word));
    });
    const results = found.slice(0, Math.max(0, Math.min(limit, 10)));
    return { fake: true, total: found.length, results };
  });
}
