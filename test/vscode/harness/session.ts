import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureChromium, ensureEditor } from '../../../scripts/setup.mjs';
import { onInterrupt } from '../../../scripts/setup/interrupts.mjs';
import { openBrowser, type Browser } from './browser.js';
import { installExtension, startEditor, type Editor } from './editor.js';
import { prepareProfile, removeProfile, type Profile, type ProfileOptions } from './profile.js';
import { startScriptedModel, type ModelScript, type ScriptedModel } from './scripted-model.js';
import { Workbench } from './workbench.js';

export interface LaunchOptions extends ProfileOptions {
  /** The `.vsix` files to install, in this order. */
  readonly extensions: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly port?: number;
}

/** An editor with a fresh profile and the extensions under test. */
export interface LaunchedEditor {
  readonly profile: Profile;
  readonly editor: Editor;
  /** Ends the editor and removes the profile. */
  stop(): Promise<void>;
}

export interface SessionOptions extends LaunchOptions {
  /** What the model of the editor's chat says. */
  readonly script: ModelScript;
}

/** An editor, a browser window on it, and a scripted model behind its chat. */
export interface Session extends LaunchedEditor {
  readonly browser: Browser;
  readonly workbench: Workbench;
  readonly model: ScriptedModel;
  /** Opens a second window on `folder`; the profile's workspace if absent. */
  openWindow(folder?: string): Promise<Workbench>;
  /** Keeps what explains a failure in `dir`: screenshots, console and server output. */
  record(dir: string): Promise<void>;
}

/**
 * Starts an editor and nothing else, as for a human who opens its address. An interrupt of this
 * process stops it.
 */
export async function launchEditor(options: LaunchOptions): Promise<LaunchedEditor> {
  const { extensions, env = {}, port = 0, ...profileOptions } = options;
  const program = await ensureEditor();
  const profile = await prepareProfile(profileOptions);
  try {
    for (const vsix of extensions) await installExtension({ program, profile }, vsix);
    const editor = await startEditor({ program, profile, env, port });
    const forget = onInterrupt(stop);
    return { profile, editor, stop };

    async function stop() {
      await editor.stop();
      await removeProfile(profile);
      forget();
    }
  } catch (error) {
    await removeProfile(profile);
    throw error;
  }
}

/** Starts everything an end-to-end test needs. On return the window takes commands. */
export async function openSession({ script, ...options }: SessionOptions): Promise<Session> {
  const executable = await ensureChromium();
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const model = await startScriptedModel(script);
    undo.push(() => model.close());
    const launched = await launchEditor({ ...options, models: [model.endpoint] });
    undo.push(() => launched.stop());
    const { editor, profile } = launched;
    const browser = await openBrowser({ executable, profileDir: profile.browserDir });
    undo.push(() => browser.close());
    const openWindow = (folder = profile.workspace) =>
      Workbench.open(browser.context, editor.address(folder));
    const workbench = await openWindow();
    const record = (dir: string) => recordTo(dir, browser, editor);
    return { profile, editor, browser, workbench, model, openWindow, record, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function recordTo(dir: string, browser: Browser, editor: Editor): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [index, page] of browser.context.pages().entries()) {
    await page.screenshot({ path: path.join(dir, `window-${index}.png`) });
  }
  await writeFile(path.join(dir, 'console.log'), browser.console.join('\n'));
  await copyFile(editor.log, path.join(dir, 'server.log'));
}
