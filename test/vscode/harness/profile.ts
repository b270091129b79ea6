import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type Theme = 'dark' | 'light' | 'high-contrast';

/** A model for the editor's chat: an OpenAI-compatible endpoint. */
export interface ModelEndpoint {
  readonly id: string;
  readonly name: string;
  /** The chat-completions address. */
  readonly url: string;
}

export interface ProfileOptions {
  /** The folder that takes the run's folder; the system's temporary one if absent. */
  readonly parent?: string;
  readonly theme?: Theme;
  /** User settings on top of `baseSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly models?: readonly ModelEndpoint[];
  /** Text files of the workspace, by relative path. */
  readonly workspaceFiles?: Readonly<Record<string, string>>;
}

/** Everything one editor writes lies below `dir`. */
export interface Profile {
  readonly dir: string;
  readonly home: string;
  readonly workspace: string;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  readonly browserDir: string;
  readonly runtimeDir: string;
  readonly temporaryDir: string;
}

/** As the editor names its themes. */
export const themeNames = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
} as const satisfies Record<Theme, string>;

/** An editor that asks nothing, fetches nothing and shows nothing but what is tested. */
export const baseSettings = {
  'chat.allowAnonymousAccess': true, // without it, chat asks for a GitHub sign-in
  'chat.mcp.autostart': 'newAndOutdated',
  'chat.mcp.gallery.enabled': false,
  'chat.tips.enabled': false,
  'chat.tools.riskAssessment.enabled': false,
  // No model for titles and the like; without a name here, a box asks for one.
  'chat.utilityModel': 'none/none',
  'chat.utilitySmallModel': 'none/none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off', // the desktop's default; the web's would save after a second
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.autoDetectColorScheme': false,
  'window.autoDetectHighContrast': false,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
} as const;

/**
 * Leaves approving tool calls to Axtary alone: the editor's own chat asks nothing about any tool.
 */
export const noEditorApprovals = { 'chat.permissions.default': 'autoApprove' } as const;

/** Makes a new folder with an empty home, a workspace and the user settings of a fresh editor. */
export async function prepareProfile(options: ProfileOptions = {}): Promise<Profile> {
  const { parent = tmpdir(), theme = 'dark', settings, models, workspaceFiles = {} } = options;
  await mkdir(parent, { recursive: true });
  // Short on purpose: the paths of Unix sockets below it may have 107 bytes at most.
  const dir = await realpath(await mkdtemp(path.join(parent, 'axtary-')));
  const profile = profileIn(dir);
  for (const folder of Object.values<string>({ ...profile })) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await writeFiles(profile.workspace, workspaceFiles);
  await writeFiles(path.join(profile.userDataDir, 'User'), {
    'settings.json': pretty({
      ...baseSettings,
      'workbench.colorTheme': themeNames[theme],
      ...settings,
    }),
    ...(models && { 'chatLanguageModels.json': pretty([provider(models)]) }),
  });
  return profile;
}

/** Removes what `prepareProfile` made and whatever the editor added. */
export async function removeProfile(profile: Profile): Promise<void> {
  // Processes that are just ending may still write; Node then tries again.
  await rm(profile.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function profileIn(dir: string): Profile {
  return {
    dir,
    home: path.join(dir, 'home'),
    workspace: path.join(dir, 'workspace'),
    userDataDir: path.join(dir, 'data'),
    extensionsDir: path.join(dir, 'extensions'),
    browserDir: path.join(dir, 'browser'),
    runtimeDir: path.join(dir, 'run'),
    temporaryDir: path.join(dir, 'tmp'),
  };
}

function provider(models: readonly ModelEndpoint[]): unknown {
  return {
    name: 'Scripted',
    vendor: 'customendpoint',
    apiKey: 'none',
    apiType: 'chat-completions',
    models: models.map((model) => ({
      ...model,
      toolCalling: true,
      vision: false,
      maxInputTokens: 120_000,
      maxOutputTokens: 8_000,
    })),
  };
}

async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
