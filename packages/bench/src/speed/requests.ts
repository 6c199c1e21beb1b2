/** What a side is asked to decode: replies to each prompt at each multiplier, prompts times multipliers times repeats of them. */
export interface DecodeRequest {
	op: 'decode';
	prompts: readonly (readonly number[])[];
	mults: readonly number[];
	repeats: number;
	/** Each reply has as many: no end of a turn ends it. */
	newTokens: number;
	/** 0: greedy; else top-k 50 is drawn from. */
	temperature: number;
	/** Added, times the multiplier, at resid_post of `layers`, (width); null: the plain model. */
	vector: readonly number[] | null;
	layers: readonly number[];
	/** Rank of a map that is applied there too; default 0, none. */
	rank?: number;
	/** Whether margins are wanted. */
	margins?: boolean;
}

/** Activations at the last token of each prompt, after every layer. */
export interface CaptureRequest {
	op: 'capture';
	prompts: readonly (readonly number[])[];
}

export type SideRequest = DecodeRequest | CaptureRequest;

/** Seconds of wall and processor time. */
export interface Cost {
	seconds: number;
	cpu: number;
}

export interface SideAnswer {
	whole: Cost;
	/** After each row's first token; absent where a side cannot tell. */
	decode?: Cost;
	/** New tokens of each reply. */
	ids?: number[][];
	/** By how much the likeliest token was ahead, of each new token of the first reply. */
	margins?: number[];
	/** After every layer, of the first prompt, (layers, width). */
	activations?: number[];
	/** Most memory of the process so far. */
	peakBytes?: number;
}
