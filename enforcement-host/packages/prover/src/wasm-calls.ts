import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from inlining calls of WebAssembly into JavaScript. V8 11.3 (Node 20) ends the process
 * when such a call is deoptimised while it runs ("unreachable code" in the deoptimizer), which
 * thousands of decisions bring about. To be called before an engine is asked.
 */
export function keepWasmCallsApart(): void {
  setFlagsFromString('--no-turbo-inline-js-wasm-calls');
}
