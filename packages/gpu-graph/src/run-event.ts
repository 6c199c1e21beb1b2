/** What happens in a run, in order: one JSON line each with `--json`. Times in seconds. */
export type RunEvent =
	| { event: 'plan'; run: string; jobs: number; finished: number; slots: string[]; estimate: number | null }
	| { event: 'note'; text: string }
	/** Handed to Slurm as one job or one array; `id` is the Slurm job's. */
	| { event: 'submitted'; jobs: string[]; id: string; after: string | null }
	| { event: 'start'; job: string; slots: string[]; attempt: number; why: string; estimate: number | null }
	| { event: 'retry'; job: string; attempt: number; reason: string }
	| { event: 'done'; job: string; seconds: number }
	| { event: 'failed'; job: string; seconds: number; reason: string; log: string }
	| { event: 'skipped'; job: string; because: string }
	| { event: 'interrupted'; job: string }
	| ({ event: 'summary' } & RunSummary);

export interface RunSummary {
	readonly run: string;
	/** Jobs done now. */
	readonly done: number;
	/** Jobs that were done before. */
	readonly finished: number;
	readonly failed: readonly { readonly job: string; readonly reason: string; readonly log: string }[];
	readonly skipped: readonly { readonly job: string; readonly because: string }[];
	/** Jobs that a signal stopped or kept from starting: the same command goes on with them. */
	readonly interrupted: readonly string[];
	readonly seconds: number;
}
