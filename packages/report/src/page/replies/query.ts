export const SORT_KEYS = ['prompt', 'mult', 'label', 'score', 'change', 'length'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export const CHANGES = ['text', 'same', 'up', 'down'] as const;
/** Against the unsteered reply: other text, the same text, a higher score, a lower one. */
export type Change = (typeof CHANGES)[number];

/** Which replies are shown, and in what order. Names rather than indices: it is kept in the page's address. */
export interface Query {
	/** Substring whatever the case, or `/regular expression/`. */
	search: string;
	experiment: string | null;
	mult: number | null;
	/** '' for replies without one. */
	label: string | null;
	/** Any of these; NaN for "not scored". */
	scores: number[];
	min: number | null;
	max: number | null;
	change: Change | null;
	sort: SortKey;
	descending: boolean;
}

export const EVERYTHING: Query = {
	search: '',
	experiment: null,
	mult: null,
	label: null,
	scores: [],
	min: null,
	max: null,
	change: null,
	sort: 'prompt',
	descending: false,
};
