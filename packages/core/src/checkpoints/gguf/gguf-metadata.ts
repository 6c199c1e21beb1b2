/** Keys and values of a GGUF header. */
export { TypedValues as GgufMetadata } from '../typed-values.js';
