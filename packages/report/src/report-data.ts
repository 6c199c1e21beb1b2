// What lies in a report's page: written by the command, read by the page's script. Types only: both sides import them.

/** The page's data but for the replies: small, read at once. */
export interface ReportData {
	title: string;
	/** Of the toolkit and what it runs on, by name. */
	versions: Record<string, string>;
	/** By settings, in the order of their names. */
	experiments: Experiment[];
	/** The best setting of each behavior, the strongest effect first. */
	best: BestSetting[];
	pictures: ReportPicture[];
	/** CSS with the font that pictures are measured for; goes into each SVG, which knows nothing of the page's fonts. */
	pictureStyle?: string;
	/** What was left out, a line each: files that are not scored or cannot be read. */
	notes: string[];
}

/** One settings with all of its multipliers. */
export interface Experiment {
	/** As the artifacts' names have it: `Morganism_Dprompts_L2_T1`. */
	name: string;
	/** "Steering refusal in organism". */
	title: string;
	/** How it is steered, a phrase for each choice that the settings make. */
	method: string[];
	settings: Record<string, string | number | boolean | null>;
	/** `yes`: scores are false or true (refusal), shown as 0 and 1; `ten`: judge scores 0..10; `none`: not scored. */
	scale: 'yes' | 'ten' | 'none';
	/** In ascending order of multiplier. */
	mults: ExperimentMult[];
	/** Shell commands that make it again, in order. */
	commands: string[];
	/** What the manifests say, as nested plain data; undefined where there is no manifest. */
	manifest?: Record<string, unknown>;
}

export interface ExperimentMult {
	mult: number;
	/** Name of the response file. */
	file: string;
	/** One per label ('harmful', 'harmless'), or one with label null; empty where it is not scored. */
	figures: { label: string | null; mean: number; q25: number; q75: number; prompts: number }[];
	/** Measures beside the responses (perplexity, KL, ...): value and 95% interval. */
	measures: { name: string; value: number | null; interval: [number, number] | null }[];
}

export interface BestSetting {
	/** The behavior, or 'refusal'. */
	behavior: string;
	/** Index into `experiments`. */
	experiment: number;
	mult: number;
	/** Change of the mean score against multiplier 0, on the experiment's scale. */
	effect: number;
	/** What it costs, a phrase each: "perplexity 12.1, from 9.8 unsteered". Says so where nothing was measured. */
	tradeoff: string[];
}

export interface ReportPicture {
	title: string;
	/** Index into `experiments`; absent for a picture of several. */
	experiment?: number;
	/** The picture as SVG, in either theme; drawn by us from figures alone. */
	light: string;
	dark: string;
	/** The same figures, for readers who cannot see the picture. */
	table: Record<string, string | number>[];
}

/** Replies as columns: one entry per reply in each of the arrays of `rows`. 100,000 and more. */
export interface ReportReplies {
	prompts: string[];
	/** Different replies; rows point here, since greedy and short replies repeat. */
	texts: string[];
	/** 'harmful' and 'harmless', where prompts are labelled. */
	labels: string[];
	rows: {
		/** Index into `ReportData.experiments`. */
		experiment: number[];
		mult: number[];
		/** Index into `prompts`. */
		prompt: number[];
		/** 0, 1, ... among the replies to one prompt at one multiplier. */
		repeat: number[];
		/** Index into `labels`; -1: none. */
		label: number[];
		/** Index into `texts`. */
		text: number[];
		/** On the experiment's scale; null: not scored. */
		score: (number | null)[];
	};
}

/** Ids of the elements of the page that hold data: base64 of deflate-raw of JSON. */
export const DATA_ELEMENT = 'report-data';
export const REPLIES_ELEMENT = 'report-replies';
