/** Whole policies that `preset` names: `policies/<name>.yml`. */
export const PRESET_NAMES = [
  'coding-agent',
  'read-only',
  'release-manager',
  'support-agent',
] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** Rules for one adapter that `packs` names: `policies/packs/<name>.yml`. */
export const PACK_NAMES = [
  'github',
  'slack',
  'linear',
  'docs',
  'paid-api',
  'shell-and-files',
  'mcp',
] as const;
export type PackName = (typeof PACK_NAMES)[number];
