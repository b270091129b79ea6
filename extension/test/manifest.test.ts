import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');

interface Manifest {
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly viewsWelcome: readonly { readonly contents: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope: string }>>;
    };
  };
}

describe('manifest of the extension', () => {
  let manifest: Manifest;
  let commands: readonly string[];

  before(async () => {
    manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Manifest;
    commands = manifest.contributes.commands.map(({ command }) => command);
  });

  it('declares exactly the commands that are registered', async () => {
    const source = await readFile(path.join(root, 'extension/src/commands.ts'), 'utf8');
    const registered = [...source.matchAll(/'(axtary\.[a-zA-Z]+)'/g)].map(([, name]) => name);
    assert.deepEqual([...registered].sort(), [...commands].sort());
  });

  it('has no command that could approve', () => {
    assert.deepEqual(
      commands.filter((command) => /approve$|deny|answer|sign/i.test(command)),
      [],
    );
  });

  it('names only commands that exist, in menus and in welcome texts', () => {
    const inMenus = Object.values(manifest.contributes.menus).flatMap((items) =>
      items.map(({ command }) => command),
    );
    const inTexts = manifest.contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/command:(axtary\.[a-zA-Z]+)\)/g)].map(([, name = '']) => name),
    );
    for (const command of [...inMenus, ...inTexts]) assert.ok(commands.includes(command), command);
  });

  it('lets no workspace change a setting', () => {
    for (const { scope } of Object.values(manifest.contributes.configuration.properties)) {
      assert.ok(scope === 'application' || scope === 'machine', scope);
    }
  });

  it('packs every picture that it names', async () => {
    const ignore = await readFile(path.join(root, '.vscodeignore'), 'utf8');
    const named = [...JSON.stringify(manifest).matchAll(/media\/[\w.-]+/g)].map(([name]) => name);
    for (const name of new Set(named)) {
      assert.ok(ignore.includes(`!${name}\n`), name);
      await assert.doesNotReject(stat(path.join(root, name)));
    }
  });
});
