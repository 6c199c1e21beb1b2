export { DEFAULT_MAX_NEW_TOKENS, DEFAULT_MULTS, DEFAULT_PROMPTS, DEFAULT_REPEATS } from './defaults.js';
export { chooseMethod, type MethodFlags } from './methods/choose-method.js';
export type { MethodInput, SteeringMethod } from './methods/method.js';
export { type SteeredFile, type SteerOptions, steer } from './steer.js';
