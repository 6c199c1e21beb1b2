// Apart from the library, so that --help loads no model runtime to print them.

/** New tokens of a reply, as the reference samples them (SPEC 1.10). */
export const DEFAULT_MAX_NEW_TOKENS = 50;
/** Replies to a prompt, and prompts: the reference's. */
export const DEFAULT_REPEATS = 20;
export const DEFAULT_PROMPTS = 25;
/** The reference has no default; these show an effect in both directions, its onset included. */
export const DEFAULT_MULTS = [-1, -0.5, 0, 0.5, 1];
