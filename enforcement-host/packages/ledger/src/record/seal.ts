import { hash } from 'node:crypto';

import { canonicalize, isJsonObject, type JsonObject, type JsonValue } from '@axtary/core';
import { newSalt } from '@axtary/core/digest';
import { z } from 'zod';

import type { RecordType } from './records.js';

// What is sensitive is not in a record's line. In its place the object has `_sd`, digests of
// disclosures as in RFC 9901 section 4.2, so that whoever hands a ledger on can leave any of it out:
//   disclosure = base64url(UTF-8 of the RFC 8785 form of [salt, name, value])
//   digest     = base64url(SHA-256(ASCII of disclosure))
//   salt       = 128 random bits, base64url
// The line before a record's line holds its disclosures, and is no part of the chain:
//   {"disclosures":[["<salt>","actionHash","sha256:…"],…]}

/** Members of a body that are sealed, by type; a dot leads into an object. */
export const SEALED_MEMBERS = {
  decision: [
    'action.actor.human',
    'action.capability.constraints',
    'action.capability.resource',
    'action.context',
    'action.intent',
    'actionHash',
    'payloadHash',
  ],
  approval: ['artifact', 'denied'],
  pass: ['actionHash', 'payloadHash'],
  intent: ['actionHash', 'payloadHash', 'resource', 'usage'],
  outcome: ['error', 'result', 'resultHash'],
  reconciliation: ['reason'],
  revocation: ['reason'],
  policy_change: ['workspace'],
  key: ['name'],
} as const satisfies Readonly<Partial<Record<RecordType, readonly string[]>>>;

/** One sealed member: salt, name, value. */
export type Disclosure = readonly [salt: string, name: string, value: JsonValue];

export const disclosureSchema: z.ZodType<Disclosure> = z
  .tuple([z.string().regex(/^[A-Za-z0-9_-]{22}$/), z.string(), z.json()])
  .readonly();

export interface SealedBody {
  readonly body: JsonObject;
  /** RFC 8785 form of each disclosure. */
  readonly disclosures: readonly string[];
}

/** Which members of an object are sealed, and which objects in it have sealed members themselves. */
interface Plan {
  readonly sealed: ReadonlySet<string>;
  readonly inner: ReadonlyMap<string, Plan>;
}

const PLANS: ReadonlyMap<string, Plan> = new Map(
  Object.entries(SEALED_MEMBERS).map(([type, paths]) => [type, planOf(paths)]),
);

function planOf(paths: readonly string[]): Plan {
  const sealed = paths.filter((path) => !path.includes('.'));
  const names = new Set(paths.filter((path) => path.includes('.')).map(firstName));
  const inner = [...names].map((name): [string, Plan] => {
    const below = paths.filter((path) => firstName(path) === name && path !== name);
    return [name, planOf(below.map((path) => path.slice(name.length + 1)))];
  });
  return { sealed: new Set(sealed), inner: new Map(inner) };
}

function firstName(path: string): string {
  return path.split('.', 1)[0] ?? path;
}

/**
 * Takes the sealed members out of a body, each behind a fresh salt.
 *
 * @throws ActionError `CANONICAL_UNREPRESENTABLE` for what JSON cannot say.
 */
export function sealBody(type: RecordType, body: JsonObject): SealedBody {
  const plan = PLANS.get(type);
  if (!plan) return { body, disclosures: [] };
  const disclosures: string[] = [];
  return { body: sealObject(body, plan, disclosures), disclosures };
}

function sealObject(object: JsonObject, plan: Plan, disclosures: string[]): JsonObject {
  const open: Record<string, JsonValue> = {};
  const digests: string[] = [];
  for (const name of Object.keys(object)) {
    if (RESERVED.has(name)) throw new TypeError(`${name} is no member of a record`);
    const value = object[name] as JsonValue;
    const inner = plan.inner.get(name);
    if (plan.sealed.has(name)) {
      const text = `["${newSalt()}","${name}",${canonicalize(value)}]`;
      disclosures.push(text);
      digests.push(disclosureDigest(text));
    } else {
      open[name] = inner && isJsonObject(value) ? sealObject(value, inner, disclosures) : value;
    }
  }
  if (digests.length > 0) open['_sd'] = digests.sort();
  return open;
}

/** What takes the place of sealed members, and what would set the prototype instead of a member. */
const RESERVED: ReadonlySet<string> = new Set(['_sd', '__proto__']);

/** Digest of a disclosure that is given in its RFC 8785 form. */
export function disclosureDigest(text: string): string {
  return hash('sha256', Buffer.from(text).toString('base64url'), 'base64url');
}

/** A body as far as its disclosures open it, or why it is none. */
export type OpenedBody =
  { readonly body: JsonObject; readonly hidden: number } | { readonly problem: string };

/** A disclosure by its digest. */
export type DisclosuresByDigest = Map<string, Disclosure>;

/** Puts disclosed members back. `hidden` counts those that no disclosure opens. */
export function openBody(
  type: string,
  body: JsonObject,
  disclosures: DisclosuresByDigest,
): OpenedBody {
  const plan = PLANS.get(type);
  const opening: Opening = { left: new Map(disclosures), hidden: 0 };
  const opened = plan ? openObject(body, plan, opening) : body;
  if (typeof opened === 'string') return { problem: opened };
  if (opening.left.size > 0) return { problem: 'a disclosure opens nothing of this record' };
  return { body: opened, hidden: opening.hidden };
}

interface Opening {
  readonly left: DisclosuresByDigest;
  hidden: number;
}

function openObject(object: JsonObject, plan: Plan, opening: Opening): JsonObject | string {
  const open: Record<string, JsonValue> = {};
  for (const name of Object.keys(object)) {
    if (plan.sealed.has(name)) return `${name} is not sealed`;
    if (name === '_sd') continue;
    const value = object[name] as JsonValue;
    const inner = plan.inner.get(name);
    const member = inner && isJsonObject(value) ? openObject(value, inner, opening) : undefined;
    if (typeof member === 'string') return member;
    open[name] = member ?? value;
  }
  const digests = object['_sd'];
  if (digests === undefined) return open;
  if (!isDigestList(digests)) return '_sd is not a sorted list of digests';
  const problem = disclose(open, digests, { plan, opening });
  return problem ?? open;
}

/** Puts back what the digests of one object stand for, or says what must not be disclosed in it. */
function disclose(
  open: Record<string, JsonValue>,
  digests: readonly string[],
  { plan, opening }: { readonly plan: Plan; readonly opening: Opening },
): string | undefined {
  for (const digest of digests) {
    const disclosure = opening.left.get(digest);
    if (!disclosure) {
      opening.hidden++;
      continue;
    }
    const [, name, value] = disclosure;
    if (!plan.sealed.has(name) || name in open) return `${name} must not be disclosed here`;
    opening.left.delete(digest);
    open[name] = value;
  }
  return undefined;
}

const DIGEST = /^[A-Za-z0-9_-]{43}$/;

function isDigestList(value: JsonValue): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(
    (digest, n) =>
      typeof digest === 'string' && DIGEST.test(digest) && (n === 0 || digest > value[n - 1]),
  );
}
