import { z } from 'zod';

import { fieldProblem } from '../field.js';
import { globProblem } from '../glob.js';

/** Entries that any list of a policy may have. */
export const MAX_LIST = 1000;

export const nameSchema = z.string().min(1).max(512);

/** A text of an external command or address: no NUL, which would end it early. */
export const textSchema = z
  .string()
  .max(4096)
  .refine((value) => !value.includes('\0'), 'expected a text without NUL');

/** One glob or a list of them, any of which may match. */
export const globsSchema = oneOrMany(
  z.string().superRefine((value, context) => {
    const message = globProblem(value);
    if (message === undefined) return;
    context.addIssue({ code: 'custom', message, params: { issue: 'bad-glob' } });
  }),
);

export const fieldSchema = z.string().superRefine((value, context) => {
  const message = fieldProblem(value);
  if (message === undefined) return;
  context.addIssue({ code: 'custom', message, params: { issue: 'bad-field' } });
});

/** Whole numbers only: money is in minor units, and every engine compares them alike. */
export const numberSchema = z.int();
export const sizeSchema = z.int().nonnegative();
export const scalarSchema = z.union([z.string(), numberSchema, z.boolean()]);
export type Scalar = z.infer<typeof scalarSchema>;

export function oneOrMany(
  item: z.ZodType<string, string>,
): z.ZodType<string | string[], string | string[]> {
  return z.union([item, z.array(item).min(1).max(MAX_LIST)]);
}

/** One text or a list of them, as a list. */
export function listOf(texts: string | readonly string[]): readonly string[] {
  return typeof texts === 'string' ? [texts] : texts;
}
