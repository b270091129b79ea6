export { startAgent, type CommandLineAgent } from './agent.js';
export { installExtension, startEditor, type Editor } from './editor.js';
export { noEditorApprovals, prepareProfile, type ProfileOptions } from './profile.js';
export type { ModelAnswer, ModelRequest } from './scripted-model.js';
export { openSession, type Session } from './session.js';
export { until } from './waiting.js';
