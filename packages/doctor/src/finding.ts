/** One line of the report. */
export interface Finding {
	/** `absent`: not there, which is no fault; `wrong`: something that should work does not. */
	readonly state: 'ok' | 'absent' | 'wrong';
	readonly what: string;
	readonly about: string;
	/** What to do, where there is something to be done. */
	readonly todo?: string;
	/** A library's own words, for --json. */
	readonly detail?: string;
}

export interface Section {
	readonly title: string;
	readonly findings: readonly Finding[];
}

export interface Report {
	/** Whether the core works: node, onnxruntime and the embedded model. */
	readonly works: boolean;
	readonly sections: readonly Section[];
}

/** A failure as a finding, in one line. */
export function wrong(what: string, error: unknown, todo?: string): Finding {
	const { message, hint } = error as Error & { hint?: string };
	const advice = todo ?? hint;
	return { state: 'wrong', what, about: message.replaceAll(/\s+/g, ' '), ...(advice ? { todo: advice } : {}) };
}

/** `1.2 GB`, `34 MB`. */
export function formatBytes(bytes: number): string {
	return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
