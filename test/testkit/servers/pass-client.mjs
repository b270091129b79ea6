// A process that presents a pass. Reads one line of JSON: { url, pass, action, scheme?, key?, proof? }.
// With a key it makes proofs of its own; with a proof it sends that one. `times` requests at once.
// Prints the codes it was answered and the proofs it sent.
import { createInterface } from 'node:readline';

import { createDpopProof, createSigner } from '@axtary/actionpass';

for await (const line of createInterface({ input: process.stdin })) {
  const { times = 1, ...request } = JSON.parse(line);
  const sent = await Promise.all(Array.from({ length: times }, () => send(request)));
  console.log(JSON.stringify(sent));
  break;
}

async function send({ url, pass, action, scheme = 'DPoP', key, proof }) {
  const signer = key && createSigner(key);
  const header =
    proof ??
    (signer && (await createDpopProof({ signer, method: 'POST', uri: url, accessToken: pass })));
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `${scheme} ${pass}`, ...(header && { dpop: header }) },
    body: JSON.stringify(action),
  });
  const { code } = await response.json();
  return { code, proof: header };
}
