import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { messageOf } from '@axtary/core';

import { assertContinues, logIdSchema } from './anchor.js';
import type {
  Anchor,
  AnchorSource,
  AnchorTarget,
  Checkpoint,
  PushOptions,
  Receipt,
} from './anchor.js';
import { checkpointText, parseCheckpointText } from './checkpoint-note.js';
import { AnchorError } from './errors.js';
import { parseNote, signNote, verifyNote, type NoteSigner, type NoteVerifier } from './note.js';

export interface GitAnchorOptions {
  /** A repository, bare or with a working tree; neither that nor its index is touched. */
  readonly repository: string;
  /** Signs the notes. Not needed to read. */
  readonly signer?: NoteSigner;
  /** `axtary-anchors` by default; it is made where it is missing. */
  readonly branch?: string;
  /**
   * Name of a remote that each commit is pushed to, never by force. Pushing runs what the
   * repository configures to reach it, so an agent must not be able to write that repository.
   */
  readonly remote?: string;
  /** What `git` runs with: `PATH`, and what reaches the remote. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const BRANCH = /^[A-Za-z0-9][\w-]*(?:[./][\w-]+)*$/;
const REMOTE = /^[A-Za-z0-9][\w.-]*$/;
const DEFAULT_BRANCH = 'axtary-anchors';
const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1024 * 1024;
// Commits that are read: the newest. To go on after the last, what is no note is passed over.
const MAX_COMMITS = 10_000;
const LAST_COMMITS = 16;
// Of a commit, while others move the branch.
const MAX_ATTEMPTS = 8;
const NO_OBJECT = '0'.repeat(40);

// What a repository may configure to run a program, for the commands that are used here. `push`
// runs more.
const SAFE = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'log.showSignature=false'],
  ...['-c', 'protocol.ext.allow=never'],
  ...['-c', 'user.name=Axtary'],
  ...['-c', 'user.email=anchors@axtary.invalid'],
];

/**
 * A branch of a git repository with the checkpoint note of each ledger in
 * `axtary/<log>.checkpoint`, one commit a checkpoint. It is worth as much as whoever else has the
 * commits: a branch that only this machine has can be rewritten here.
 */
export class GitAnchor implements AnchorTarget, AnchorSource {
  readonly name: string;
  readonly #options: GitAnchorOptions;
  readonly #ref: string;

  /** @throws TypeError for a branch or a remote that is not called by a plain name. */
  constructor(options: GitAnchorOptions) {
    const { branch = DEFAULT_BRANCH, remote } = options;
    if (!BRANCH.test(branch)) throw new TypeError(`expected a plain branch, got ${branch}`);
    if (remote !== undefined && !REMOTE.test(remote)) {
      throw new TypeError(`expected the name of a remote, got ${remote}`);
    }
    this.#options = options;
    this.#ref = `refs/heads/${branch}`;
    this.name = `git:${branch}`;
  }

  /**
   * Commits the checkpoint, and pushes the branch where a remote is named.
   *
   * @throws AnchorError `ANCHOR_CONFLICT` if the branch knows more, or another tree.
   * @throws TypeError without a signer.
   */
  async push(checkpoint: Checkpoint, { signal }: PushOptions = {}): Promise<Receipt> {
    const { signer } = this.#options;
    if (!signer) throw new TypeError('expected a signer for the notes');
    const note = signNote(checkpointText(checkpoint), signer);
    const known = await this.#last(checkpoint.log);
    assertContinues(known, checkpoint);
    if (known?.size !== checkpoint.size) await this.#commit(checkpoint, note, signal);
    if (this.#options.remote !== undefined) {
      const refs = `${this.#ref}:${this.#ref}`;
      const push = ['push', '--quiet', '--no-verify', '--receive-pack=git-receive-pack'];
      await this.#git([...push, this.#options.remote, refs], { signal });
    }
    const anchor = await this.#last(checkpoint.log);
    if (anchor === undefined) throw new AnchorError('ANCHOR_WRITE_FAILED', 'the commit is gone');
    return { anchor: { ...anchor, head: checkpoint.head }, note };
  }

  /** The notes of a ledger, the oldest commit first, with the times of their commits. */
  read(log: string): Promise<readonly Anchor[]> {
    return this.#read(log, MAX_COMMITS);
  }

  /** Only the notes that these keys have signed; keys come from outside the repository. */
  signedBy(verifiers: readonly NoteVerifier[]): AnchorSource {
    return { name: this.name, read: (log) => this.#read(log, MAX_COMMITS, verifiers) };
  }

  async #last(log: string): Promise<Anchor | undefined> {
    return (await this.#read(log, LAST_COMMITS)).at(-1);
  }

  async #read(
    log: string,
    most: number,
    verifiers?: readonly NoteVerifier[],
  ): Promise<readonly Anchor[]> {
    const file = fileOf(log);
    if ((await this.#tip()) === NO_OBJECT) return [];
    const history = await this.#git([
      ...['log', '--format=%H %ct', `--max-count=${most}`, '--first-parent'],
      ...[this.#ref, '--', file],
    ]);
    const commits = history.split('\n').filter((line) => line !== '');
    const names = commits.map((line) => `${line.split(' ')[0] ?? ''}:${file}\n`);
    const notes = parseBatch(await this.#git(['cat-file', '--batch'], { input: names.join('') }));
    return commits
      .flatMap((line, index) => {
        const note = parseNote(notes[index] ?? '');
        const state = parseCheckpointText(note?.text ?? '');
        if (!note || state?.log !== log) return [];
        if (verifiers && !verifyNote(note, verifiers)) return [];
        const [commit = '', seconds] = line.split(' ');
        const at = new Date(Number(seconds) * 1000).toISOString();
        return [{ ...state, by: `${this.name}@${commit}`, at }];
      })
      .reverse();
  }

  async #tip(): Promise<string> {
    const refs = await this.#git(['for-each-ref', '--format=%(objectname)', '--', this.#ref]);
    return refs.trim() || NO_OBJECT;
  }

  // Other ledgers may have the same branch, and move it meanwhile.
  async #commit(
    checkpoint: Checkpoint,
    note: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const tip = await this.#tip();
      try {
        await this.#commitOn(tip, { checkpoint, note, signal });
        return;
      } catch (error) {
        const hasMoved = (await this.#tip()) !== tip;
        if (!hasMoved || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  // By plumbing and an index of its own, so that nobody's work in the repository is touched.
  async #commitOn(tip: string, { checkpoint, note, signal }: CommitRequest): Promise<void> {
    const { log, size } = checkpoint;
    const folder = await mkdtemp(join(tmpdir(), 'axtary-git-'));
    const git = async (args: readonly string[], input?: string): Promise<string> => {
      const options = { input, signal, index: join(folder, 'index') };
      return (await this.#git(args, options)).trim();
    };
    try {
      if (tip !== NO_OBJECT) await git(['read-tree', tip]);
      const blob = await git(['hash-object', '-w', '--stdin'], note);
      await git(['update-index', '--add', '--cacheinfo', `100644,${blob},${fileOf(log)}`]);
      const tree = await git(['write-tree']);
      const parent = tip === NO_OBJECT ? [] : ['-p', tip];
      const message = `Anchor ${size} records of ${log}\n`;
      const commit = await git(['commit-tree', tree, ...parent], message);
      // Fails if somebody else has moved the branch meanwhile.
      await git(['update-ref', this.#ref, commit, tip]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #git(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { repository, env } = this.#options;
    const index = options.index === undefined ? {} : { GIT_INDEX_FILE: options.index };
    return run(['-C', repository, ...SAFE, ...args], {
      ...options,
      env: { ...withoutGit(env), ...index, ...QUIET },
    });
  }
}

// Neither asks a person nor fetches what a partial clone lacks.
const QUIET = { GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' };

interface CommitRequest {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  readonly signal: AbortSignal | undefined;
}

interface RunOptions {
  readonly input?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly index?: string;
}

// GIT_DIR and its kin would lead to another repository.
function withoutGit(env: GitAnchorOptions['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')));
}

function run(
  args: readonly string[],
  {
    input = '',
    signal,
    env,
  }: RunOptions & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      env,
      encoding: 'utf8',
      maxBuffer: MAX_BYTES,
      timeout: TIMEOUT_MS,
      windowsHide: true,
      ...(signal && { signal }),
    } as const;
    const child = execFile('git', args, options, (error, stdout, stderr) => {
      if (error) reject(failure(error, stderr));
      else resolve(stdout);
    });
    // It may end, and so close its input, before it has read all of it.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

function failure(error: Error, stderr: string): AnchorError {
  const [line = ''] = stderr.trim().split('\n').slice(-1);
  const message = `git: ${line === '' ? messageOf(error) : line}`;
  return new AnchorError('ANCHOR_UNAVAILABLE', message, { cause: error });
}

function fileOf(log: string): string {
  if (!logIdSchema.safeParse(log).success) throw new TypeError('expected the id of a ledger');
  return `axtary/${log}.checkpoint`;
}

// For each object: "<id> blob <bytes>\n<content>\n", or "<name> missing\n".
function parseBatch(output: string): readonly string[] {
  const bytes = Buffer.from(output);
  const contents: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf('\n', at);
    const [, size] = / blob (\d+)$/.exec(bytes.toString('utf8', at, end)) ?? [];
    const length = Number(size ?? 0);
    contents.push(bytes.toString('utf8', end + 1, end + 1 + length));
    at = end + 1 + (size === undefined ? 0 : length + 1);
  }
  return contents;
}
