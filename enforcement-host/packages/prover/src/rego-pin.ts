/** Written by scripts/build-rego.mjs: digest of rego/axtary.wasm. */
export const REGO_WASM_SHA256 =
  'sha256:332147f8abfd9215eb55963e1844437380603eb7e4a9dfe66deb3adb8431d980';
