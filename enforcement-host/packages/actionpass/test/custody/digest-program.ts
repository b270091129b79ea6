import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { signDigest } from './sign-digest.js';

// Signs the 32 bytes on stdin, as the tool of a token does that takes digests alone.
const [pem = ''] = process.argv.slice(2);
const digest = readFileSync(0);
if (digest.length !== 32) throw new Error('expected a SHA-256');
process.stdout.write(signDigest(digest, createPrivateKey(pem)));
