import assert from 'node:assert/strict';

import { redactableMembers } from '@axtary/ledger';
import type { LedgerFilter } from '@axtary/protocol';

import {
  askExport,
  isRecordOf,
  provableSelection,
  type ExportRequest,
} from '../src/ledger/export-questions.js';
import { memberTexts } from '../src/ledger/member-texts.js';
import { ScriptedExportDialogs, type ExportAnswers } from './support/scripted-export-dialogs.js';

const WORKSPACE = '/w';
const FILE = '/exports/a.jsonl';
const SINCE = '2026-01-02T03:04:05Z';

function dialogsFor(answers: ExportAnswers): ScriptedExportDialogs {
  return new ScriptedExportDialogs(answers);
}

function ask(
  dialogs: ScriptedExportDialogs,
  shown?: LedgerFilter,
): Promise<ExportRequest | undefined> {
  return askExport(dialogs, { folder: WORKSPACE, size: 12, shown });
}

describe('the questions before an export', () => {
  it('lead to everything with nothing kept back', async () => {
    const dialogs = dialogsFor({ scope: 'everything', keptBack: [], file: FILE });
    assert.deepEqual(await ask(dialogs), { workspace: WORKSPACE, file: FILE });
    assert.deepEqual(dialogs.asked, [['everything', 'from'], 'kept back', WORKSPACE]);
  });

  it('lead to a part, to members that are kept back, and to what opens them', async () => {
    const dialogs = dialogsFor({
      scope: 'from',
      first: 0,
      keptBack: ['payloadHash', 'context'],
      opening: 'file',
      file: FILE,
      disclosures: '/kept/b.jsonl',
    });
    assert.deepEqual(await ask(dialogs), {
      workspace: WORKSPACE,
      file: FILE,
      from: 0,
      redact: ['payloadHash', 'context'],
      disclosures: '/kept/b.jsonl',
    });
    assert.deepEqual(dialogs.asked.slice(1), [12, 'kept back', 'opening', WORKSPACE, FILE]);
  });

  it('offer what the live ledger shows, where that is not everything', async () => {
    const answers = { scope: 'shown', keptBack: [], file: FILE } as const;
    const request = await ask(dialogsFor(answers), { agents: ['agent:codex'], text: '' });
    assert.deepEqual(request?.select, { agents: ['agent:codex'] });
    const unconfined = dialogsFor(answers);
    await ask(unconfined, { text: '' });
    assert.deepEqual(unconfined.asked[0], ['everything', 'from']);
    const unprovable = dialogsFor(answers);
    await ask(unprovable, { agents: ['agent:codex'], text: 'x' });
    assert.deepEqual(unprovable.asked[0], ['everything', 'from', 'hides shown']);
  });

  it('export nothing once a person turns away from one of them', async () => {
    const all: ExportAnswers = {
      scope: 'from',
      first: 3,
      keptBack: ['context'],
      opening: 'file',
      file: FILE,
      disclosures: '/kept/b.jsonl',
    };
    assert.ok(await ask(dialogsFor(all)));
    for (const name of Object.keys(all)) {
      const dialogs = dialogsFor({ ...all, [name]: undefined });
      assert.equal(await ask(dialogs), undefined, name);
      assert.equal(dialogs.asked.length, Object.keys(all).indexOf(name) + 1, name);
    }
  });
});

describe('a filter of the live ledger', () => {
  it('is a selection where it asks for time, type, agent and tool alone', () => {
    const filter = { since: SINCE, types: ['decision'], agents: ['a'], tools: ['t'] };
    const since = '2026-01-02T03:04:05.000Z';
    assert.deepEqual(provableSelection({ ...filter, until: undefined }), { ...filter, since });
    assert.deepEqual(provableSelection({}), {});
  });

  it('is none where it asks for what an export cannot prove', () => {
    const filters: LedgerFilter[] = [
      { verdicts: ['deny'] },
      { statuses: ['unknown'] },
      { humans: ['user:ada'] },
      { tasks: ['AXT-1'] },
      { rules: ['no-secrets'] },
      { text: 'x' },
      { decisionId: 'dec_1' },
      { since: 'yesterday' },
      // The group of the records without an agent.
      { agents: [''] },
    ];
    for (const filter of filters) {
      const both = { types: ['decision'], ...filter };
      assert.equal(provableSelection(both), undefined, JSON.stringify(filter));
    }
  });
});

describe('what can be kept back', () => {
  it('is every sealed member, each with what a reader can no longer see', () => {
    const texts = memberTexts({ t: (message) => message });
    const names = redactableMembers().filter((name) => !name.includes('.'));
    assert.deepEqual(texts.map(({ member }) => member).sort(), names);
    for (const { label, detail } of texts) {
      assert.match(detail, /^(Hides|Nobody can check) .+\.$/, label);
    }
  });
});

describe('the first record of an export', () => {
  it('is the number of one that is there', () => {
    for (const text of ['0', '11']) assert.equal(isRecordOf(12, text), true, text);
    for (const text of ['', '12', '-1', '1.5', ' 1', '1e1', '0x1', 'one']) {
      assert.equal(isRecordOf(12, text), false, text);
    }
  });
});
