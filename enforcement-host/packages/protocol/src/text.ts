import { z } from 'zod';

/** Text position, zero-based, columns in UTF-16 units: what VS Code calls a Position. */
export const positionSchema = z.strictObject({
  line: z.number().int().nonnegative(),
  column: z.number().int().nonnegative(),
});
export type TextPosition = z.infer<typeof positionSchema>;

export const rangeSchema = z.strictObject({ start: positionSchema, end: positionSchema });
export type TextRange = z.infer<typeof rangeSchema>;

/** The range is of the text that was sent; an empty one inserts. */
export const textEditSchema = z.strictObject({ range: rangeSchema, newText: z.string() });
export type TextEdit = z.infer<typeof textEditSchema>;
