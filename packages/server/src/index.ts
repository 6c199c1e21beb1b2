export { DEFAULT_SERVER_LIMITS, type ServerLimits } from './limits.js';
export { type RunningServer, type ServeOptions, serve } from './serve.js';
