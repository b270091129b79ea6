import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { anchorDescriptionSchema, type AnchorState } from '@axtary/protocol';
import { z } from 'zod';

import { parseAnchorSettings } from '../src/host/anchor-settings.js';
import { anchorDetails, anchorSummary, conflictsOf } from '../src/ledger/anchor-texts.js';
import type { FolderModel } from '../src/model/store.js';
import { demoState } from './support/demo.js';

const l10n = {
  t: (message: string, ...args: (string | number | boolean)[]): string =>
    message.replace(/\{(\d)\}/g, (_, n: string) => String(args[Number(n)])),
};
const FILE = { to: 'file', out: '/mnt/other/heads.jsonl' } as const;

describe('setting of anchors', () => {
  it('has five kinds of entries', () => {
    const anchors = [
      { to: 'witness', url: 'https://w.example', witnessKey: 'w+1+2', noteKey: '/keys/n.pem' },
      { to: 'git', repository: '/anchors', branch: 'ours', remote: 'origin' },
      FILE,
      { to: 'otlp', url: 'https://c.example', bearerFile: 'C:\\secret' },
      { to: 'control-plane', url: 'https://p.example', bearerFile: '/secret' },
    ];
    assert.deepEqual(parseAnchorSettings(anchors), { anchors, problems: [] });
  });

  it('leaves out what makes no sense, says why, and keeps the others', () => {
    const { anchors, problems } = parseAnchorSettings([
      { to: 'file', out: 'heads.jsonl' },
      { to: 'control-plane', url: 'https://p.example', bearer: 'a secret' },
      FILE,
      { to: 'paper' },
      'file',
    ]);
    assert.deepEqual(anchors, [FILE]);
    assert.equal(problems[0], '1: expected an absolute path (out)');
    assert.deepEqual(
      problems.map((problem) => problem.slice(0, 2)),
      ['1:', '2:', '4:', '5:'],
    );
    assert.doesNotMatch(problems.join(), /a secret/);
    assert.deepEqual(parseAnchorSettings('all').problems, ['it is no list']);
    const many = parseAnchorSettings(Array.from({ length: 17 }, () => FILE));
    assert.equal(many.anchors.length, 16);
    assert.deepEqual(many.problems, ['17: more than 16']);
  });

  it('is described in the manifest with the members that are read', async () => {
    const file = path.join(import.meta.dirname, '../../package.json');
    const { contributes } = JSON.parse(await readFile(file, 'utf8')) as {
      contributes: { configuration: { properties: Record<string, Setting> } };
    };
    const setting = contributes.configuration.properties['axtary.ledger.anchors'];
    const read = z.toJSONSchema(anchorDescriptionSchema) as unknown as { oneOf: readonly Kind[] };
    assert.deepEqual(setting?.items.oneOf.map(membersOf), read.oneOf.map(membersOf));
  });
});

interface Kind {
  readonly required: readonly string[];
  readonly properties: Readonly<
    Record<string, { const?: string; pattern?: string; maxLength?: number }>
  >;
}
interface Setting {
  readonly items: { readonly oneOf: readonly Kind[] };
}

function membersOf({ required, properties }: Kind): object {
  const members = Object.entries(properties).map(([name, { const: kind, pattern, maxLength }]) => [
    name,
    { kind, maxLength, pattern: pattern === undefined ? undefined : new RegExp(pattern).source },
  ]);
  return { required: [...required].sort(), members: Object.fromEntries(members) as object };
}

describe('words for anchors', () => {
  const at = '2026-01-02T03:04:05.678Z';
  const failure = { message: 'as the test says', at, attempts: 2 };
  const asIs = (time: string): string => time;
  const anchor = (rest: Partial<AnchorState> = {}): AnchorState => ({
    to: 'file',
    place: FILE.out,
    ...rest,
  });

  it('say what it holds, since when and by whom', () => {
    const held = anchor({ last: { size: 12, by: 'git:ours@abc', at }, pending: 14 });
    assert.equal(anchorSummary(anchor(), l10n), 'nothing anchored yet');
    assert.equal(anchorSummary(held, l10n), '12 records');
    assert.deepEqual(anchorDetails(held, l10n, asIs), [
      'Holds 12 records',
      'by git:ours@abc',
      `since ${at}`,
      '14 records wait for it',
    ]);
  });

  it('say why it failed, and what to do, for every code', () => {
    const advice = new Set<string | undefined>();
    const codes = ['CONFLICT', 'MISCONFIGURED', 'REFUSED', 'RESPONSE_INVALID', 'SECRET_UNUSABLE'];
    for (const code of [...codes, 'TIMEOUT', 'WRITE_FAILED']) {
      const failed = anchor({ error: { code: `ANCHOR_${code}`, ...failure } });
      const [why, what] = anchorDetails(failed, l10n, asIs);
      assert.equal(why, `Not anchored at ${at}, attempt 2: as the test says`);
      advice.add(what);
    }
    assert.equal(advice.size, 7);
  });

  it('tell a conflict of a folder with its name, and nothing else', () => {
    const conflict = anchor({ error: { code: 'ANCHOR_CONFLICT', ...failure } });
    const timeout = anchor({ error: { code: 'ANCHOR_TIMEOUT', ...failure } });
    const state = demoState('/a');
    const folder = (anchors: AnchorState[]): FolderModel => ({
      folder: '/a',
      name: 'project',
      state: { ...state, ledger: { ...state.ledger, anchors } },
      pending: [],
      ledger: { items: [], size: 0 },
      servers: [],
      authority: undefined,
    });
    assert.deepEqual(conflictsOf([folder([timeout])], l10n), []);
    const [text = '', ...more] = conflictsOf([folder([timeout, conflict])], l10n);
    assert.equal(more.length, 0);
    assert.match(text, /^An anchor contradicts the ledger of project \(file \/mnt/);
    assert.match(text, /as the test says\. The ledger was cut, set back or forked/);
  });
});
