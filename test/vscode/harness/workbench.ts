import {
  errors,
  type BrowserContext,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';
import { Chat } from './chat.js';
import { until } from './waiting.js';

const PALETTE_TRY_MS = 3_000;
const TOAST_MS = 8_000;

/** One VS Code window in the browser, in the words of whoever uses it. */
export class Workbench {
  readonly page: Page;
  readonly chat: Chat;

  private constructor(page: Page) {
    this.page = page;
    this.chat = new Chat(this);
  }

  /** Opens a window at `address`, as `Editor.address` gives it. On return it takes commands. */
  static async open(context: BrowserContext, address: string): Promise<Workbench> {
    // A browser begins with an empty page.
    const empty = context.pages().find((page) => page.url() === 'about:blank');
    const workbench = new Workbench(empty ?? (await context.newPage()));
    await workbench.page.goto(address);
    await workbench.#started();
    return workbench;
  }

  /**
   * Reloads the window, and the extension host with it, once it has written down that an editor is
   * open whose serialised form contains `open`: it does so every few seconds.
   */
  async reload(open: string): Promise<void> {
    await until(async () => (await this.#savedEditors()).includes(open), {
      for: `the window to write down that ${open} is open`,
    });
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.#started();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** Runs a command by its whole title in the palette, such as `Axtary: Show Ledger`. */
  async runCommand(title: string): Promise<void> {
    await until(() => this.#pick(title), { for: `the command "${title}" in the palette` });
  }

  /** Shows the views behind an icon of the activity bar. */
  async openContainer(title: string): Promise<void> {
    // The badge of the icon carries the same label; only the link can be clicked.
    const icon = this.page.locator(`.activitybar a.action-label[aria-label^="${title}"]`);
    await icon.waitFor();
    const isOpen = (await icon.getAttribute('aria-expanded')) === 'true';
    if (!isOpen) await icon.click();
    await this.page.locator('.sidebar .composite.title').getByText(title).waitFor();
  }

  /** A view of the side bar or the panel, by the title in its header. */
  view(title: string): Locator {
    const header = this.page.locator(`.pane-header[aria-label="${title} Section"]`);
    return this.page.locator('.pane').filter({ has: header });
  }

  /** An item of a tree view, by a part of its text. */
  treeItem(view: string, text: string | RegExp): Locator {
    return this.view(view).getByRole('treeitem').filter({ hasText: text });
  }

  /** The texts of the tree items that a view shows now, from top to bottom. */
  async treeItems(view: string): Promise<string[]> {
    const texts = await this.view(view).getByRole('treeitem').allInnerTexts();
    return texts.map(oneLine);
  }

  /** Opens or closes an item of a tree view. */
  async toggleTreeItem(view: string, text: string | RegExp): Promise<void> {
    await this.treeItem(view, text).first().locator('.monaco-tl-twistie').click();
  }

  /** Waits for the webview that contains `selector`, and returns its document. */
  async webview(selector: string): Promise<FrameLocator> {
    return await until(() => this.#webviewWith(selector), {
      for: `a webview with ${selector}`,
    });
  }

  /** A notification, by a part of its text, as a toast or in the notification centre. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-list-item').filter({ hasText: text }).first();
  }

  /** Presses a button of a notification, also of one whose toast has gone already. */
  async answerNotification(text: string | RegExp, button: string): Promise<void> {
    const notification = this.notification(text);
    if (!(await appears(notification, TOAST_MS))) {
      await this.runCommand('Notifications: Show Notifications');
      await notification.waitFor();
    }
    await notification.hover();
    await notification.getByRole('button', { name: button, exact: true }).click();
  }

  /** The modal dialog that is open, if any. */
  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Presses a button of the modal dialog. */
  async answerDialog(button: string): Promise<void> {
    await this.dialog().getByRole('button', { name: button, exact: true }).click();
  }

  /** The input that a command opened below the title bar: a pick list or a text box. */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Picks an item of the open pick list, by its whole label. */
  async pick(label: string): Promise<void> {
    await this.#quickItem(label).click();
  }

  /** Types into the open text box, and enters. */
  async enter(text: string): Promise<void> {
    const input = this.quickInput().locator('input.input');
    await input.fill(text);
    await input.press('Enter');
  }

  /** Accepts the open file dialog once it proposes a path that ends so. */
  async acceptFileDialog(proposed: string): Promise<void> {
    const input = this.quickInput().locator('input.input');
    await until(async () => (await input.inputValue()).endsWith(proposed), {
      for: `a file dialog that proposes ${proposed}`,
    });
    await this.quickInput().getByRole('button', { name: 'OK', exact: true }).click();
  }

  /** Opens a file of the workspace in an editor. */
  async openFile(name: string): Promise<void> {
    // Beside other groups of editors, a tab is called "<name>, Editor Group 1".
    const tab = this.page.locator(`.tab[aria-selected="true"][data-resource-name="${name}"]`);
    const focused = this.page.locator('.focused');
    await until(
      async () => {
        await this.page.keyboard.press('Control+P');
        // Whatever takes the focus just now closes the list again.
        const input = this.quickInput().locator('input.input');
        if (!(await succeeds(input.fill(name, { timeout: PALETTE_TRY_MS })))) return false;
        // A click would come to nothing while the list is still being filtered.
        if (!(await appears(this.#quickItem(name).and(focused), PALETTE_TRY_MS))) return false;
        await this.page.keyboard.press('Enter');
        return appears(tab, PALETTE_TRY_MS);
      },
      { for: `an editor with ${name}` },
    );
  }

  /** Takes a quick fix where the cursor is. A cursor that still moves closes the list of fixes. */
  async quickFix(text: string | RegExp): Promise<void> {
    const fix = this.page.locator('.action-widget .monaco-list-row', { hasText: text });
    await until(
      async () => {
        await this.page.keyboard.press('Control+.');
        return appears(fix, PALETTE_TRY_MS);
      },
      { for: 'the list of quick fixes' },
    );
    await fix.click();
  }

  /** An item of the status bar, by a part of its text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text }).first();
  }

  async #started(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    await this.page.locator('.activitybar a.action-label').first().waitFor();
  }

  /** The editors that a reload would bring back, as the window keeps them in its browser. */
  async #savedEditors(): Promise<string> {
    // No named function in here: the loader would call a helper that the page does not have.
    return this.page.evaluate(async () => {
      const stores = (await indexedDB.databases()).flatMap(({ name = '' }) =>
        name.startsWith('vscode-web-state-db') ? [name] : [],
      );
      const saved = stores.map(
        (name) =>
          new Promise<string>((resolve, reject) => {
            const opening = indexedDB.open(name);
            opening.onerror = () => reject(new Error(`${name} cannot be opened`));
            opening.onsuccess = () => {
              const items = opening.result.transaction('ItemTable').objectStore('ItemTable');
              const reading = items.get('memento/workbench.parts.editor');
              reading.onerror = () => reject(new Error(`${name} cannot be read`));
              reading.onsuccess = () => {
                opening.result.close();
                resolve(String(reading.result));
              };
            };
          }),
      );
      return (await Promise.all(saved)).join('\n');
    });
  }

  // Early in the life of a window F1 may do nothing, and the list may not have the command yet.
  async #pick(title: string): Promise<boolean> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('F1');
    const input = this.quickInput().locator('input.input');
    if (!(await appears(input, PALETTE_TRY_MS))) return false;
    // Whatever takes the focus just now closes the palette again.
    if (!(await succeeds(input.fill(`>${title}`, { timeout: PALETTE_TRY_MS })))) return false;
    const item = this.#quickItem(title);
    if (!(await appears(item, PALETTE_TRY_MS))) return false;
    await item.click();
    // A click comes to nothing while the list is drawn anew, as when it is still being filtered.
    return succeeds(item.waitFor({ state: 'hidden', timeout: PALETTE_TRY_MS }));
  }

  #quickItem(label: string): Locator {
    const name = this.page.locator('.label-name').getByText(label, { exact: true });
    return this.quickInput().locator('.monaco-list-row').filter({ has: name }).first();
  }

  // VS Code draws a webview as an iframe of its own, within it the extension's document.
  async #webviewWith(selector: string): Promise<FrameLocator | undefined> {
    const outer = this.page.locator('iframe.webview.ready');
    const names = await outer.evaluateAll((all) => all.map((each) => each.getAttribute('name')));
    for (const name of names) {
      const frame = this.page
        .frameLocator(`iframe.webview.ready[name="${name}"]`)
        .frameLocator('#active-frame');
      const isThere = await frame.locator(selector).count();
      if (isThere > 0) return frame;
    }
    return undefined;
  }
}

function appears(locator: Locator, timeoutMs: number): Promise<boolean> {
  return succeeds(locator.waitFor({ timeout: timeoutMs }));
}

/** Whether something was done before its time was up. */
async function succeeds(done: Promise<void>): Promise<boolean> {
  try {
    await done;
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return false;
    throw error;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
