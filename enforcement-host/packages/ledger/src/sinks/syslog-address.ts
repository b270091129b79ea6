/** Where a syslog receiver listens. */
export type SyslogAddress = StreamAddress | DatagramAddress;

/** Where bytes arrive in order, or not at all. */
export type StreamAddress =
  | { readonly transport: 'tcp' | 'tls'; readonly host: string; readonly port: number }
  | { readonly transport: 'unix'; readonly path: string };

export interface DatagramAddress {
  readonly transport: 'udp';
  readonly host: string;
  readonly port: number;
}

/** RFC 5426 (UDP) and RFC 5425 (TLS); 601 is what IANA lists for plain TCP. */
const DEFAULT_PORTS = { udp: 514, tcp: 601, tls: 6514 } as const;

const NETWORK = /^(tcp|tls|udp):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/;
const UNIX = /^unix:(?:\/\/)?(\/.+)$/;

/**
 * Reads `tcp://host:601`, `tls://host:6514`, `udp://host:514` or `unix:/path`.
 *
 * @throws TypeError for anything else.
 */
export function parseSyslogAddress(text: string): SyslogAddress {
  const path = UNIX.exec(text)?.[1];
  if (path !== undefined) return { transport: 'unix', path };
  const [, name, host = '', digits] = NETWORK.exec(text) ?? [];
  if (name === 'tcp' || name === 'tls' || name === 'udp') {
    const port = digits === undefined ? DEFAULT_PORTS[name] : Number(digits);
    if (port > 0 && port < 65_536) {
      return { transport: name, host: host.replace(/^\[|\]$/g, ''), port };
    }
  }
  throw new TypeError('expected tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT or unix:/PATH');
}

/** The address for people. */
export function syslogAddressText(address: SyslogAddress): string {
  return address.transport === 'unix'
    ? `unix:${address.path}`
    : `${address.transport}://${address.host}:${address.port}`;
}
