import type { Clock, Handler } from '@axtary/core';

import { UpstreamError } from '../errors.js';
import { requireText } from '../payload.js';
import { answering } from './answer.js';

/** FakeSlack: an invented upstream. Keeps the last messages of every channel in memory. */
export function fakePostMessage(clock: Clock): Handler {
  let posted = 0;
  return answering(({ payload }) => {
    const channel = requireText(payload, 'channel');
    const text = requireText(payload, 'text');
    if (text.length > 40_000) {
      throw new UpstreamError('UPSTREAM_REFUSED', 'msg_too_long: at most 40000 characters');
    }
    const seconds = Math.floor(clock.now().getTime() / 1000);
    const ts = `${seconds}.${String(++posted).padStart(6, '0')}`;
    return {
      fake: true,
      ok: true,
      channel,
      ts,
      message: { type: 'message', text: text.slice(0, 4000), ts },
    };
  });
}
