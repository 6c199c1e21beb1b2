export { type Backtar, type BacktarOptions, backtar } from './backtar.js';
