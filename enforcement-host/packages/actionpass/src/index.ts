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
export {
  passClaimsSchema,
  type ActionDigests,
  type PassClaims,
  type PassClaimsV1,
  type StatusListReference,
} from './claims.js';
export { AwsKmsSigner, type AwsCredentials, type AwsKmsOptions } from './custody/aws-kms.js';
export { CommandSigner, type CommandSignerOptions } from './custody/command.js';
export {
  type Ask,
  type CustodyLimits,
  type CustodySigner,
  type KeyCustodian,
} from './custody/custodian.js';
export { EncryptedKeyFile, type EncryptedKeyFileOptions } from './custody/encrypted-key-file.js';
export { KeyError, type KeyErrorCode } from './custody/errors.js';
export { InMemoryKeyCustodian } from './custody/in-memory.js';
export { VaultTransitSigner, type VaultTransitOptions } from './custody/vault-transit.js';
export {
  attenuationProblem,
  type AttenuationProblem,
  type DelegationAxis,
} from './delegation/attenuation.js';
export {
  DEFAULT_MAX_DEPTH,
  delegationClaimsSchema,
  delegationScopeSchema,
  type DelegationClaims,
  type DelegationScope,
} from './delegation/claims.js';
export {
  DEFAULT_DELEGATION_TTL_SECONDS,
  delegate,
  issueDelegation,
  type DelegateOptions,
  type IssueDelegationOptions,
  type IssuedDelegation,
} from './delegation/issue.js';
export {
  verifyDelegationChain,
  type VerifiedDelegation,
  type VerifyDelegationChainOptions,
} from './delegation/verify.js';
export { assertWithin, delegationClaim } from './delegation/within.js';
export { demoAction } from './demo-action.js';
export { dpopHeader } from './dpop/header.js';
export { DpopNonces, type DpopNonceChecker, type DpopNoncesOptions } from './dpop/nonces.js';
export { createDpopProof, type CreateDpopProofOptions } from './dpop/proof.js';
export {
  verifyDpopProof,
  type VerifiedDpopProof,
  type VerifyDpopProofOptions,
} from './dpop/verify.js';
export { VerificationError, type VerificationErrorCode } from './errors.js';
export {
  DEFAULT_PASS_TTL_SECONDS,
  issuePass,
  passClaims,
  type IssueOptions,
  type IssuedActionPass,
} from './issue.js';
export { namedKey, signCompact, verifyCompact, type VerificationKey } from './jws.js';
export { TrustStoreError, type TrustStoreErrorCode } from './keys/errors.js';
export {
  createKeyring,
  jwksOf,
  type Jwks,
  type KeyFinder,
  type Keyring,
  type KeyringEntry,
  type KeyringKey,
  type KeyState,
} from './keys/keyring.js';
export { LocalTrustStore, type LocalTrustStoreOptions } from './keys/local-trust-store.js';
export { parsePublicKey, type PublicKey } from './keys/public-jwk.js';
export {
  createSigner,
  thumbprint,
  type PrivateJwk,
  type PublicJwk,
  type Signer,
  type SigningKey,
} from './keys.js';
export { SingleUseError, type SingleUseErrorCode } from './single-use/errors.js';
export {
  InMemorySingleUseStore,
  type InMemorySingleUseStoreOptions,
} from './single-use/in-memory.js';
export { LocalSingleUseStore, type LocalSingleUseStoreOptions } from './single-use/local.js';
export type { SingleUseStore } from './single-use/store.js';
export {
  createRevocation,
  revocationSchema,
  verifyRevocation,
  type CreateRevocationOptions,
  type RevocationKind,
  type RevocationRecord,
} from './revocation/record.js';
export { Revocations, type Revocable, type RevocationCheck } from './revocation/revocations.js';
export {
  statusListEntries,
  statusListToken,
  type ListedPass,
  type Status,
  type StatusListEntry,
  type StatusListOptions,
} from './revocation/status-list.js';
export {
  verifyActionPass,
  type PassVerification,
  type TrustedKeys,
  type VerifyActionPassOptions,
} from './verify.js';
