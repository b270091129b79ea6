import {
  toApprovalPanelSchema,
  type FromApprovalPanel,
  type ToApprovalPanel,
} from '@axtary/protocol';

interface WebviewApi {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

/** The way to the extension. It can be had once per page. */
export interface ExtensionLink {
  send(message: FromApprovalPanel): void;
  /** Survives a reload of the window: which request was shown, and nothing of it. */
  remember(id: string | undefined): void;
}

/** Connects to the extension; messages that do not fit the protocol are dropped. */
export function connectExtension(onMessage: (message: ToApprovalPanel) => void): ExtensionLink {
  const api = acquireVsCodeApi();
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const parsed = toApprovalPanelSchema.safeParse(data);
    if (parsed.success) onMessage(parsed.data);
  });
  return {
    send: (message) => {
      api.postMessage(message);
    },
    remember: (id) => {
      api.setState(id === undefined ? undefined : { id });
    },
  };
}
