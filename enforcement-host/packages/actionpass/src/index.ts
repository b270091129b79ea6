export {
  assertApprovalBinds,
  createApprovalArtifact,
  digestsOf,
  type CreateApprovalArtifactOptions,
} from './approval-artifact.js';
export {
  approvalFacts,
  authorize,
  policyHash,
  type AuthorizeOptions,
  type AuthorizeResult,
  type DecisionEvidence,
} from './authorize.js';
export { passClaimsSchema, type ActionDigests, type PassClaims } from './claims.js';
export { demoAction } from './demo-action.js';
export { VerificationError, type VerificationErrorCode } from './errors.js';
export {
  DEFAULT_PASS_TTL_SECONDS,
  issuePass,
  passClaims,
  type IssueOptions,
  type IssuedActionPass,
} from './issue.js';
export { namedKey, signCompact, verifyCompact, type VerificationKey } from './jws.js';
export { createSigner, thumbprint, type PublicJwk, type Signer, type SigningKey } from './keys.js';
export { verifyActionPass, type PassVerification, type VerifyActionPassOptions } from './verify.js';
