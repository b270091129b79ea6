import assert from 'node:assert/strict';

import type { Action, Verdict } from '@axtary/core';
import { evaluatePolicy } from '@axtary/policy';

import { ABSOLUTE, RESOURCES, SPELLINGS } from './spellings.js';
import { anAction, mcpCall, pullRequest } from './support.js';

const STRICTNESS = { allow: 0, step_up: 1, deny: 2 } as const satisfies Record<Verdict, number>;
const SECRETS = ['.env', '.git/config', '.ssh/id', 'keys/server.pem'];
const GUARDS = ['axtary.yml', '.vscode/mcp.json', '.claude/settings.json', '.github/hooks/x.json'];
const BLOCKED = ['infra/prod/x', '.env'];

function verdictOf(action: Action): Verdict {
  return evaluatePolicy(action).decision;
}

function changing(file: string): Action {
  return pullRequest({ testsPassed: true, filesChanged: ['src/a.ts', file] });
}

/** Spellings that would get what the path itself does not. */
function weaker(
  ask: (path: string) => Action,
  path: string,
  spellings: readonly string[],
): string[] {
  const clear = STRICTNESS[verdictOf(ask(path))];
  return spellings.filter((spelling) => STRICTNESS[verdictOf(ask(spelling))] < clear);
}

describe('the preset coding-agent, given other spellings', () => {
  it('knows 150 of them', () => {
    const ways = Object.values(SPELLINGS);
    const paths = [...SECRETS, ...GUARDS, ...BLOCKED].flatMap((path) =>
      ways.map((way) => way(path)),
    );
    assert.ok(ways.length + ABSOLUTE.length + RESOURCES.length >= 150);
    assert.ok(new Set([...paths, ...ABSOLUTE, ...RESOURCES]).size >= 750);
  });

  for (const [what, way] of Object.entries(SPELLINGS)) {
    it(`gives ${what} no more than the path itself`, () => {
      const found = [
        ...SECRETS.map((path) =>
          weaker((each) => mcpCall('read_text_file', [each]), path, [way(path)]),
        ),
        ...[...SECRETS, ...GUARDS].map((path) =>
          weaker((each) => mcpCall('write_file', ['src/a.ts', each]), path, [way(path)]),
        ),
        ...BLOCKED.map((path) => weaker(changing, path, [way(path)])),
      ];
      assert.deepEqual(found.flat(), []);
    });
  }

  it('reads, writes and proposes nothing outside, however it is spelled', () => {
    for (const path of ABSOLUTE) {
      for (const action of [
        mcpCall('read_text_file', [path]),
        mcpCall('write_file', [path]),
        changing(path),
      ]) {
        assert.equal(verdictOf(action), 'deny', JSON.stringify(path));
      }
    }
  });

  it('blocks a path also where the task names it in decomposed characters', () => {
    const payload = { testsPassed: true, filesChanged: ['g\u00e9heim/x'] };
    const blocked = pullRequest(payload, { blockedPaths: ['ge\u0301heim/**'] });
    assert.equal(verdictOf(blocked), 'deny');
  });

  it('allows no tool that writes, however its resource is spelled', () => {
    for (const resource of RESOURCES) {
      const action = anAction({
        tool: 'mcp.tool.call',
        resource,
        context: { paths: ['src/a.ts'] },
      });
      assert.notEqual(verdictOf(action), 'allow', JSON.stringify(resource));
    }
  });

  it('still reads and writes what only looks unusual', () => {
    const usual = [
      ...[
        '.',
        'src/a b.ts',
        'src/[id]/page.tsx',
        'src/(group)/a.ts',
        'docs/größe.md',
        'docs/日本語.md',
      ],
      ...[
        'src/a+b@2x.png',
        'src/$types.d.ts',
        'a~b/c',
        '100%.md',
        'src/..a',
        'src/a..b',
        '...a',
        'é/ñ',
      ],
      ...[
        'src/environment.ts',
        'src/.github',
        '.eslintrc',
        "o'brien.md",
        'src/#a',
        'C/x',
        '한글.txt',
      ],
    ];
    for (const path of usual) {
      assert.equal(verdictOf(mcpCall('read_text_file', [path])), 'allow', path);
      assert.equal(verdictOf(mcpCall('write_file', [path])), 'step_up', path);
    }
  });
});
