interface WebviewApi {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

/** Reads a message of the extension; what does not fit the protocol is no success. */
interface MessageSchema<To> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: To | undefined };
}

/** The way to the extension. It can be had once per page. */
export interface ExtensionLink<From, State> {
  send(message: From): void;
  /** Survives a reload of the window: what was shown, by its name, and nothing of it. */
  remember(state: State | undefined): void;
}

/** Connects to the extension; messages that do not fit the protocol are dropped. */
export function connectExtension<To, From, State>(
  schema: MessageSchema<To>,
  onMessage: (message: To) => void,
): ExtensionLink<From, State> {
  const api = acquireVsCodeApi();
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const parsed = schema.safeParse(data);
    if (parsed.success && parsed.data !== undefined) onMessage(parsed.data);
  });
  return {
    send: (message) => {
      api.postMessage(message);
    },
    remember: (state) => {
      api.setState(state);
    },
  };
}
