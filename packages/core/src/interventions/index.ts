export { InterventionFeeds, type RequiredPoint, type RunPositions, requiredPoints } from './feeds.js';
export { hasNorm } from './float32-norm.js';
export { actsAt, type DenseMap, type Gate, type Intervention, type LowRankMap, type Toks } from './intervention.js';
export { lowRankProduct } from './low-rank-product.js';
