// A resource server: executes an action, once, for whoever presents its pass with a proof.
// Argument: JSON of { issuer, jwks, store, executed }. Prints its port.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

import {
  LocalSingleUseStore,
  createKeyring,
  dpopHeader,
  verifyActionPass,
  verifyDpopProof,
} from '@axtary/actionpass';

const { issuer, jwks, store, executed } = JSON.parse(process.argv[2]);
const keyring = createKeyring(jwks);
const used = new LocalSingleUseStore(store);

const server = createServer((request, response) => {
  answer(request).then(
    (body) => response.end(JSON.stringify(body)),
    (error) => response.writeHead(401).end(JSON.stringify({ code: error.code ?? 'INTERNAL' })),
  );
});

async function answer(request) {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'DPoP') return { code: 'DPOP_PROOF_MISSING' };
  const action = JSON.parse(await text(request));
  const { cnf } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  const { jkt } = await verifyDpopProof({
    proof: dpopHeader(request.headersDistinct.dpop),
    method: request.method,
    uri: `http://${request.headers.host}${request.url}`,
    accessToken: token,
    expectedJkt: cnf.jkt,
    replay: used,
  });
  const verified = await verifyActionPass({
    token,
    action,
    keyring,
    issuer,
    audience: 'https://billing.example.com',
    presentedBy: jkt,
    redemptions: used,
  });
  if (!verified.valid) return { code: verified.code };
  appendFileSync(executed, `${verified.claims.jti}\n`);
  return { code: 'EXECUTED' };
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
