/** How a stream came to its end: read up, given up by its reader, or broken at its source. */
export type StreamEnd = 'read' | 'given up' | 'broken';

/** Hands a byte stream on unchanged and calls `end` once, when it is over for any reason. */
export function watchStream(
  source: ReadableStream<Uint8Array>,
  end: (how: StreamEnd) => void,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let ended = false;
  const finish = (how: StreamEnd): boolean => {
    if (ended) return false;
    ended = true;
    end(how);
    return true;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) controller.enqueue(value);
        else if (finish('read')) controller.close();
      } catch (error) {
        if (finish('broken')) controller.error(error);
      }
    },
    async cancel(reason) {
      finish('given up');
      await reader.cancel(reason);
    },
  });
}
