import type { ApprovalItem } from './item.js';
import { ApprovalQueue, type QueueOptions } from './queue.js';

/** An approval queue that lives as long as its process. */
export class InMemoryApprovalQueueStore extends ApprovalQueue {
  constructor(options: QueueOptions = {}) {
    const items = new Map<string, ApprovalItem>();
    super(
      {
        load: (id) => Promise.resolve(items.get(id)),
        save: (item) => Promise.resolve(void items.set(item.id, item)),
        all: () => Promise.resolve([...items.values()]),
      },
      options,
    );
  }
}
