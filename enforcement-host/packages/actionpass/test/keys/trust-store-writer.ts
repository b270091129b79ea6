import { LocalTrustStore, createRevocation } from '../../src/index.js';
import { freshSigner } from './support.js';

// Adds keys and revocations, and reports each revocation once it is durable.
const [file = '', name = '', count = '0'] = process.argv.slice(2);
const store = new LocalTrustStore(file);
for (let n = 0; n < Number(count); n++) {
  await store.addKey(freshSigner().publicJwk);
  const value = `${name}-${n}`;
  await store.revoke(await createRevocation({ kind: 'pass', value, reason: 'r', by: 'b' }));
  process.send?.(value);
}
process.disconnect();
