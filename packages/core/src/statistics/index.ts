export { mean, percentile, percentileOfSorted } from './percentile.js';
