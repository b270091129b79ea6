import { z } from 'zod';

import { MAX_LIST, textSchema } from './text.js';

const LOOPBACK =
  /^http:\/\/(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?(?:\/|$)/;
// No user information: a credential does not belong into a file that is reviewed and hashed.
const HTTPS = /^https:\/\/[^/?#@\\\s]+(?:[/?]|$)/;

/** How to reach one MCP server. */
export const serverSchema = z
  .strictObject({
    command: textSchema.min(1).optional(),
    args: z.array(textSchema).max(MAX_LIST).optional(),
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), textSchema).optional(),
    cwd: textSchema.min(1).optional(),
    url: textSchema
      .refine(
        (url) => HTTPS.test(url) || LOOPBACK.test(url),
        'expected an https URL without user information; http only on loopback',
      )
      .optional(),
    headers: z
      .record(
        z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/),
        z
          .string()
          .regex(/^[^\r\n\0]*$/, 'expected a header value on one line')
          .max(8192),
      )
      .optional(),
  })
  .superRefine((server, context) => {
    if ((server.command === undefined) === (server.url === undefined)) {
      const message = 'expected exactly one of "command" (stdio) and "url" (Streamable HTTP)';
      context.addIssue({ code: 'custom', message, params: { issue: 'missing-key' } });
      return;
    }
    const others = server.command === undefined ? STDIO_KEYS : HTTP_KEYS;
    for (const key of others) {
      if (server[key] === undefined) continue;
      const message = `expected no "${key}" beside "${server.command === undefined ? 'url' : 'command'}"`;
      context.addIssue({ code: 'custom', message, path: [key] });
    }
  });
const STDIO_KEYS = ['args', 'env', 'cwd'] as const;
const HTTP_KEYS = ['headers'] as const;
