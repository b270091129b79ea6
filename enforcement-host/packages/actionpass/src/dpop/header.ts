import { VerificationError } from '../errors.js';
import { invalidProof } from './claims.js';

/**
 * The one proof of a request (RFC 9449 section 4.3, check 1), from the values of its `DPoP` header
 * fields. Node and fetch join repeated fields by a comma, which no proof contains.
 *
 * @throws VerificationError `DPOP_PROOF_MISSING` where there is no field, `DPOP_PROOF_INVALID`
 * where there are several.
 */
export function dpopHeader(values: string | readonly string[] | null | undefined): string {
  const [proof, ...more] = typeof values === 'string' ? [values] : (values ?? []);
  if (proof === undefined) {
    throw new VerificationError('DPOP_PROOF_MISSING', 'the request has no DPoP header');
  }
  if (more.length > 0 || proof.includes(',')) {
    throw invalidProof('the request has several DPoP headers');
  }
  return proof;
}
