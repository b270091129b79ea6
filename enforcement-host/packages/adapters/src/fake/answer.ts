import type { Handler, HandlerCall, JsonValue } from '@axtary/core';

/** A handler that answers at once. What `answer` throws becomes a rejection. */
export function answering(answer: (call: HandlerCall) => JsonValue): Handler {
  return (call) =>
    new Promise((resolve) => {
      resolve(answer(call));
    });
}
