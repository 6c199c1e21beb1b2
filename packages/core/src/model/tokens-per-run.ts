/**
 * Tokens of prompts that run together, padding included, unless a single one has more: enough to fill two cores' matrix products,
 * little enough that attention's scores stay in the cache.
 */
export const TOKENS_PER_RUN = 512;
