export { ProverError, type ProverErrorCode } from './errors.js';
export type { EngineAnswer, Proof } from './proof.js';
export { createProver, type Prover, type ProverOptions } from './prover.js';
export { REGO_WASM } from './rego-module.js';
