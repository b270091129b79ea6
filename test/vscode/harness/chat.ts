import type { Locator } from 'playwright-core';
import { until } from './waiting.js';
import type { Workbench } from './workbench.js';

/** The editor's own chat, with the scripted model as an agent that calls tools. */
export class Chat {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  /** Shows the chat. On return it is in agent mode. */
  async open(): Promise<void> {
    if (await this.#isInAgentMode()) return;
    await this.#workbench.runCommand('Chat: Open Chat (Agent)');
    await until(() => this.#isInAgentMode(), { for: 'the chat to be in agent mode' });
  }

  /** Begins a new conversation. */
  async startOver(): Promise<void> {
    // The command of this name opens the new chat in an editor instead.
    await this.#part()
      .getByRole('button', { name: /^New Chat/ })
      .first()
      .click();
    await until(async () => (await this.#length()) === 0, { for: 'an empty chat' });
  }

  /** Sends a message once the answer before it is complete. On return the chat shows it. */
  async send(text: string): Promise<void> {
    const { page } = this.#workbench;
    // A message sent in between would steer that answer instead of being one of its own.
    const answering = this.#part().locator('.chat-response-loading');
    await answering.waitFor({ state: 'detached' });
    const input = this.#inputPart().locator('.monaco-editor').first();
    const before = await this.#length();
    await until(
      async () => {
        await input.click();
        await page.keyboard.press('Control+A');
        await page.keyboard.insertText(text);
        return visibleText(await input.locator('.view-lines').innerText()) === visibleText(text);
      },
      { for: 'the chat to take a message', everyMs: 250 },
    );
    await page.keyboard.press('Enter');
    await until(async () => (await this.#length()) > before, {
      for: 'the chat to show the message',
    });
  }

  /** Waits until the last answer is complete and contains `text`; returns all its text. */
  async answer(text: string | RegExp): Promise<string> {
    // The last row, else the answer before this one would do while the new one is not drawn yet.
    const complete = this.#lastRow()
      .locator('.interactive-response:not(.chat-response-loading)')
      .filter({ hasText: text });
    await complete.waitFor();
    return visibleText(await complete.innerText());
  }

  /** Sends a message and waits for the answer to it. */
  async ask(text: string, expected: string | RegExp): Promise<string> {
    await this.send(text);
    return await this.answer(expected);
  }

  /** The editor's own question whether a tool may run; not Axtary's. */
  toolConfirmation(tool: string | RegExp): Locator {
    return this.#part().locator('.chat-confirmation-widget2').filter({ hasText: tool });
  }

  /** Lets the tool that the editor's own question is about run this once. */
  async allowTool(tool: string | RegExp): Promise<void> {
    const question = await this.#openConfirmation(tool);
    // The button itself allows the tool for as long as the window lives, in every conversation.
    await question.locator('.monaco-dropdown-button').click();
    const { page } = this.#workbench;
    // By key: in its first moments a menu ignores clicks.
    await page.getByRole('menuitem', { name: 'Allow Once' }).hover();
    await page.keyboard.press('Enter');
  }

  /** Lets the tool that the editor's own question is about not run. */
  async skipTool(tool: string | RegExp): Promise<void> {
    const question = await this.#openConfirmation(tool);
    await question.locator('.monaco-button').getByText('Skip', { exact: true }).click();
  }

  /** All the chat shows, as text. */
  async text(): Promise<string> {
    return visibleText(await this.#part().locator('.interactive-session').innerText());
  }

  async #openConfirmation(tool: string | RegExp): Promise<Locator> {
    const question = this.toolConfirmation(tool).last();
    await question.waitFor();
    return question;
  }

  async #isInAgentMode(): Promise<boolean> {
    return await this.#inputPart().getByRole('button', { name: 'Agent', exact: true }).isVisible();
  }

  #part(): Locator {
    return this.#workbench.page.locator('.part.auxiliarybar');
  }

  #inputPart(): Locator {
    return this.#part().locator('.interactive-input-part');
  }

  #lastRow(): Locator {
    return this.#part().locator('.interactive-list .monaco-list-row[data-last-element="true"]');
  }

  // Only the rows in sight are in the document, so the last one's index tells how many there are.
  async #length(): Promise<number> {
    const indices = await this.#lastRow().evaluateAll((rows) =>
      rows.map((row) => Number(row.getAttribute('data-index'))),
    );
    return indices.length === 0 ? 0 : Math.max(...indices) + 1;
  }
}

// The code editor draws spaces as no-break spaces.
function visibleText(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
