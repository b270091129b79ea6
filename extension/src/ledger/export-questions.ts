import {
  exportSelectionSchema,
  type ControlProtocol,
  type ExportSelection,
  type LedgerFilter,
  type Params,
} from '@axtary/protocol';

export type ExportScope = 'everything' | 'from' | 'shown';

/** What can be asked about an export of one ledger. */
export interface ExportSubject {
  readonly folder: string;
  /** Records that the ledger has. */
  readonly size: number;
  /** What the live ledger of this folder is confined to. `undefined`: it is not open. */
  readonly shown: LedgerFilter | undefined;
}

/**
 * How a person is asked about an export. `undefined`: they turned away, and nothing is exported.
 */
export interface ExportDialogs {
  /** `hidesShown`: the live ledger is confined, but to what no export can prove. */
  chooseScope(
    scopes: readonly ExportScope[],
    options: { readonly hidesShown: boolean },
  ): Promise<ExportScope | undefined>;
  /** A record of the ledger. */
  askFirst(size: number): Promise<number | undefined>;
  /** Sealed members, none where nothing is kept back. */
  chooseKeptBack(): Promise<readonly string[] | undefined>;
  /** Whether what opens them is written to a file too. */
  chooseOpening(): Promise<'none' | 'file' | undefined>;
  chooseFile(folder: string): Promise<string | undefined>;
  chooseDisclosures(file: string): Promise<string | undefined>;
}

export type ExportRequest = Omit<Params<ControlProtocol, 'ledger/export'>, 'run'>;

/** Asks what is exported, what is kept back, and where to. `undefined`: nothing is. */
export async function askExport(
  dialogs: ExportDialogs,
  subject: ExportSubject,
): Promise<ExportRequest | undefined> {
  const records = await askRecords(dialogs, subject);
  if (records === undefined) return undefined;
  const redact = await dialogs.chooseKeptBack();
  if (redact === undefined) return undefined;
  const opening = redact.length === 0 ? 'none' : await dialogs.chooseOpening();
  if (opening === undefined) return undefined;
  const file = await dialogs.chooseFile(subject.folder);
  if (file === undefined) return undefined;
  const request = {
    workspace: subject.folder,
    file,
    ...records,
    ...(redact.length > 0 && { redact: [...redact] }),
  };
  if (opening === 'none') return request;
  const disclosures = await dialogs.chooseDisclosures(file);
  return disclosures === undefined ? undefined : { ...request, disclosures };
}

async function askRecords(
  dialogs: ExportDialogs,
  { size, shown = {} }: ExportSubject,
): Promise<Pick<ExportRequest, 'from' | 'select'> | undefined> {
  const select = provableSelection(shown);
  const isConfined = select === undefined || Object.keys(select).length > 0;
  const scopes: ExportScope[] = ['everything', 'from'];
  if (isConfined && select !== undefined) scopes.push('shown');
  const scope = await dialogs.chooseScope(scopes, { hidesShown: select === undefined });
  if (scope === 'everything') return {};
  if (scope === 'shown') return select && { select };
  const from = scope && (await dialogs.askFirst(size));
  return from === undefined ? undefined : { from };
}

/**
 * The records that a filter of the live ledger leaves, as an export can prove them; without members
 * where it leaves all. `undefined`: it asks for what an export cannot prove.
 */
export function provableSelection(filter: LedgerFilter): ExportSelection | undefined {
  const { since, until, text, ...lists } = filter;
  const times = { since: exactTime(since), until: exactTime(until) };
  const wanted = { ...times, ...lists, text: text === '' ? undefined : text };
  const present = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return exportSelectionSchema.safeParse(Object.fromEntries(present)).data;
}

/** Records are selected by the text of their time, which has milliseconds. */
function exactTime(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}

/** Whether a text is the number of a record of a ledger of this size. */
export function isRecordOf(size: number, text: string): boolean {
  return /^\d{1,15}$/.test(text) && Number(text) < size;
}
