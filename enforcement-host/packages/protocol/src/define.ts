import type { z } from 'zod';

/** A method that is answered. Both ends parse: the one that answers its parameters, the caller the result. */
export interface RequestDefinition<P extends z.ZodType, R extends z.ZodType> {
  readonly kind: 'request';
  readonly params: P;
  readonly result: R;
}

/** A message without an answer. Its parameters are a complete snapshot, never a delta. */
export interface NotificationDefinition<P extends z.ZodType> {
  readonly kind: 'notification';
  readonly params: P;
}

export function request<P extends z.ZodType, R extends z.ZodType>(
  params: P,
  result: R,
): RequestDefinition<P, R> {
  return { kind: 'request', params, result };
}

export function notification<P extends z.ZodType>(params: P): NotificationDefinition<P> {
  return { kind: 'notification', params };
}

type Definition = RequestDefinition<z.ZodType, z.ZodType> | NotificationDefinition<z.ZodType>;

/** Methods by name; names are `noun/verb`. */
export type Protocol = Readonly<Record<string, Definition>>;

export type RequestName<T extends Protocol> = {
  [K in keyof T & string]: T[K] extends { kind: 'request' } ? K : never;
}[keyof T & string];

export type NotificationName<T extends Protocol> = {
  [K in keyof T & string]: T[K] extends { kind: 'notification' } ? K : never;
}[keyof T & string];

export type Params<T extends Protocol, K extends keyof T> = z.output<T[K]['params']>;

export type Result<T extends Protocol, K extends keyof T> =
  T[K] extends RequestDefinition<z.ZodType, infer R> ? z.output<R> : never;
