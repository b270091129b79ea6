import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';

import { TerminalPrompt } from '../src/prompt.js';

describe('a question on the terminal', () => {
  let input: PassThrough;
  let output: PassThrough;
  let prompt: TerminalPrompt;

  beforeEach(() => {
    input = new PassThrough();
    output = new PassThrough();
    prompt = new TerminalPrompt(input, output);
  });

  function shown(): string {
    return String(output.read() ?? '');
  }

  it('shows the question and what is typed', async () => {
    const answer = prompt.ask('Stop? ');
    input.write('yes\r');
    assert.equal(await answer, 'yes');
    assert.match(shown(), /Stop\? .*y.*e.*s/s);
  });

  it('shows nothing of a secret, also where it is corrected', async () => {
    const secret = prompt.askSecret('Passphrase: ');
    input.write('correct horse batterx\u007fy\r');
    assert.equal(await secret, 'correct horse battery');
    assert.equal(shown(), 'Passphrase: \n');
  });

  it('keeps the terminal from echoing before it asks for a secret', async () => {
    let shownBefore: string | undefined;
    const setRawMode = (isRaw: boolean): void => {
      if (isRaw) shownBefore = shown();
    };
    const terminal = Object.assign(input, { isTTY: true, setRawMode });
    const secret = new TerminalPrompt(terminal, output).askSecret('Passphrase: ');
    assert.equal(shownBefore, '');
    assert.equal(shown(), 'Passphrase: ');
    input.write('x\r');
    await secret;
  });

  it('asks again on the same terminal', async () => {
    const first = prompt.askSecret('New: ');
    input.write('one\r');
    assert.equal(await first, 'one');
    const second = prompt.askSecret('Again: ');
    input.write('two\r');
    assert.equal(await second, 'two');
  });

  for (const [name, bytes] of Object.entries({ 'Ctrl-C': '\u0003', 'Ctrl-D': '\u0004' })) {
    it(`ends with ${name}`, async () => {
      const secret = prompt.askSecret('Passphrase: ');
      input.write(bytes);
      await assert.rejects(secret, { code: 'CLI_DECLINED' });
    });
  }

  it('ends where the input does', async () => {
    const answer = prompt.ask('Stop? ');
    input.end('y');
    await assert.rejects(answer, { code: 'CLI_DECLINED' });
  });
});
