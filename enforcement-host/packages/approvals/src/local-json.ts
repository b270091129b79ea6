import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

import { digestsOf } from '@axtary/actionpass';
import { parseAction, parseStrictJson } from '@axtary/core';
import { replaceFile } from '@axtary/core/durable-files';

import { ApprovalError } from './errors.js';
import { approvalItemSchema, type ApprovalItem } from './item.js';
import { ApprovalQueue, type ItemRepository, type QueueOptions } from './queue.js';

const FILE = /^(apr_[0-9a-f]{32})\.json$/;
// Beside the payload (at most 4 MiB) an item holds the file before and after.
const LIMITS = { maxLength: 64 * 1024 * 1024, maxDepth: 160, maxNodes: 2_000_000 };

/**
 * An approval queue on this machine's disk: one JSON file an item, mode 0600 in a folder 0700,
 * replaced atomically and synced. For one process at a time.
 */
export class LocalJsonApprovalQueueStore extends ApprovalQueue {
  constructor(folder: string, options: QueueOptions = {}) {
    super(createRepository(folder), options);
  }
}

function createRepository(folder: string): ItemRepository {
  const fileOf = (id: string): string => path.join(folder, `${id}.json`);
  return {
    async load(id) {
      return FILE.test(`${id}.json`) ? readItem(fileOf(id)) : undefined;
    },
    async save(item) {
      await replaceFile(fileOf(item.id), readableText(item));
    },
    async all() {
      const names = await readdir(folder).catch(noFolder);
      const files = names.filter((name) => FILE.test(name)).map((name) => path.join(folder, name));
      const items = await Promise.all(files.map(readItem));
      return items.filter((item) => item !== undefined);
    },
  };
}

async function readItem(file: string): Promise<ApprovalItem | undefined> {
  const bytes = await readFile(file).catch(noFile);
  if (!bytes) return undefined;
  try {
    const item = approvalItemSchema.parse(parseStrictJson(bytes, LIMITS));
    assertIntact(item, path.basename(file, '.json'));
    return item;
  } catch (cause) {
    throw new ApprovalError('APPROVAL_STORE_DAMAGED', `${file} is not an approval request`, {
      cause,
    });
  }
}

/** @throws TypeError when the item would not be read back. */
function readableText(item: ApprovalItem): string {
  const text = JSON.stringify(item);
  try {
    approvalItemSchema.parse(parseStrictJson(text, LIMITS));
  } catch (cause) {
    throw new TypeError('the request or its answer holds what cannot be kept', { cause });
  }
  return text;
}

/** What is shown is what is hashed, in the file that is named after it. */
function assertIntact(item: ApprovalItem, id: string): void {
  const { actionHash, payloadHash } = digestsOf(parseAction(item.action));
  if (item.id !== id || item.actionHash !== actionHash || item.payloadHash !== payloadHash) {
    throw new TypeError('the id or the digests are not those of the action');
  }
}

function noFile(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code !== 'ENOENT') throw error;
  return [];
}
