export { UpstreamError, type UpstreamErrorCode } from './errors.js';
export { createFakeHandlers } from './fake/handlers.js';
export { createFileHandlers } from './shell-and-files/files.js';
export type { FileCall, FileInspection } from './shell-and-files/file-call.js';
export { inspectMcpFileCall } from './shell-and-files/inspect.js';
export { resolvePath, type ResolvedPath } from './shell-and-files/paths.js';
export { createFilePinChecker } from './shell-and-files/pins.js';
export type { FileServer } from './shell-and-files/server-filesystem.js';
