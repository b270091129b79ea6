export { startAgent, type CommandLineAgent } from './agent.js';
export { hostProcess, ledgerFile, stateFolder } from './axtary-state.js';
export { installExtension, startEditor, type Editor } from './editor.js';
export { exportAndVerify, ledgerFoot, ledgerRow, showLiveLedger } from './live-ledger.js';
export { noEditorApprovals, prepareProfile, type ProfileOptions } from './profile.js';
export type { ModelAnswer, ModelRequest } from './scripted-model.js';
export { openSession, type Session } from './session.js';
export { openTrustedSession, recordFailures } from './trusted-session.js';
export { until } from './waiting.js';
