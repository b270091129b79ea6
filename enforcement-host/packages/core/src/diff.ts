import { z } from 'zod';

const diffLineSchema = z.strictObject({
  type: z.enum(['context', 'addition', 'deletion']),
  /** Line numbers count from 1. */
  oldLine: z.number().int().optional(),
  newLine: z.number().int().optional(),
  content: z.string(),
  /** The file ends with this line, without a newline. */
  noNewline: z.boolean().optional(),
});

const diffFileSchema = z.strictObject({
  path: z.string(),
  status: z.enum(['added', 'modified', 'removed']),
  additions: z.number().int(),
  deletions: z.number().int(),
  hunks: z.array(z.strictObject({ header: z.string(), lines: z.array(diffLineSchema) })),
});

/** What an action would change, file by file and hunk by hunk, for a reviewer. */
export const diffMetadataSchema = z.strictObject({
  provider: z.string(),
  summary: z.string(),
  files: z.array(diffFileSchema),
});
export type DiffMetadata = z.infer<typeof diffMetadataSchema>;
