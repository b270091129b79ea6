import type { LedgerAction, RecordOf } from '@axtary/ledger';
import type { LedgerLink } from '@axtary/protocol';

const MAX_FILES = 200;
const MAX_LINKS = 50;

/** What a call points at: files of the workspace, and pages of providers that are known. */
export function linksOf(
  action: LedgerAction | undefined,
  outcome: RecordOf<'outcome'> | undefined,
): LedgerLink[] {
  const { paths = [] } = action?.context ?? {};
  const texts = [action?.capability.resource ?? '', outcome?.body.result?.text ?? ''];
  const pages = texts.flatMap(addressesIn).flatMap((address) => pageLink(address) ?? []);
  const byTarget = new Map(pages.map((link) => [link.target, link]));
  return [
    ...paths.filter(isInside).slice(0, MAX_FILES).map(fileLink),
    ...[...byTarget.values()].slice(0, MAX_LINKS),
  ];
}

function fileLink(path: string): LedgerLink {
  return { kind: 'file', label: path, target: path };
}

/** A relative path that does not lead out of the workspace, whichever system reads it. */
function isInside(path: string): boolean {
  if (/^[/\\]|^[A-Za-z]:|\0/.test(path)) return false;
  return !path.split(/[/\\]/).includes('..');
}

// The texts come from agents and upstreams. What follows an address in JSON or prose ends it.
const ADDRESS = /https:\/\/[^\s"'<>\\^`{}|]{1,2000}/g;

function addressesIn(text: string): readonly string[] {
  return (text.match(ADDRESS) ?? []).map((address) => address.replace(/[.,;:!?)\]]+$/, ''));
}

interface Page {
  readonly kind: LedgerLink['kind'];
  /** Of the whole host, so that no other host can end like it. */
  readonly host: RegExp;
  /** Of the whole path. */
  readonly path: RegExp;
  readonly label: (parts: readonly string[]) => string;
}

const NAME = String.raw`[\w.-]{1,100}`;
const REPOSITORY = String.raw`/(${NAME}/${NAME})`;

const PAGES: readonly Page[] = [
  {
    kind: 'pull_request',
    host: /^github\.com$/,
    path: new RegExp(`^${REPOSITORY}/pull/(\\d{1,10})$`),
    label: ([repository = '', number = '']) => `${repository}#${number}`,
  },
  {
    kind: 'issue',
    host: /^github\.com$/,
    path: new RegExp(`^${REPOSITORY}/issues/(\\d{1,10})$`),
    label: ([repository = '', number = '']) => `${repository}#${number}`,
  },
  {
    kind: 'commit',
    host: /^github\.com$/,
    path: new RegExp(`^${REPOSITORY}/commit/([0-9a-f]{7,40})$`),
    label: ([repository = '', commit = '']) => `${repository}@${commit.slice(0, 7)}`,
  },
  {
    kind: 'message',
    host: /^[a-z0-9-]{1,63}\.slack\.com$/,
    path: /^\/archives\/([A-Z0-9]{1,20})\/p\d{10,20}$/,
    label: ([channel = '']) => `message in ${channel}`,
  },
  {
    kind: 'issue',
    host: /^linear\.app$/,
    path: /^\/[\w-]{1,100}\/issue\/([A-Z0-9]{1,20}-\d{1,10})(?:\/[\w-]{0,200})?$/,
    label: ([issue = '']) => issue,
  },
  {
    kind: 'document',
    host: /^docs\.google\.com$/,
    path: /^\/(document|spreadsheets|presentation)\/d\/[\w-]{10,100}(?:\/\w{0,20})?$/,
    label: ([kind = '']) => `Google ${kind}`,
  },
  {
    kind: 'document',
    host: /^(?:www\.)?notion\.so$/,
    path: /^\/(?:[\w-]{1,100}\/)?([\w-]{0,200}[0-9a-f]{32})$/,
    label: () => 'Notion page',
  },
  {
    kind: 'document',
    host: /^[a-z0-9-]{1,63}\.atlassian\.net$/,
    path: /^\/wiki\/spaces\/([\w~-]{1,100})\/pages\/\d{1,20}(?:\/[\w+%.-]{0,300})?$/,
    label: ([space = '']) => `Confluence page in ${space}`,
  },
];

/** A page of a provider that is known, without query and fragment. */
function pageLink(address: string): LedgerLink | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isPlain = url.port === '' && url.username === '' && url.password === '';
  if (url.protocol !== 'https:' || !isPlain) return undefined;
  for (const { kind, host, path, label } of PAGES) {
    const match = host.test(url.hostname) ? path.exec(url.pathname) : null;
    if (!match) continue;
    const target = `https://${url.hostname}${url.pathname}`;
    return { kind, label: label(match.slice(1)), target };
  }
  return undefined;
}
