import type { DecoderSession } from '../decoder-session.js';
import { TOKENS_PER_RUN } from '../tokens-per-run.js';
import type { GenerateRow } from './generate.js';
import { type Prompt, type ReadOptions, type ReadPrompt, readPrompts } from './read-prompts.js';

/** The rows that are still to be written, in their order. Prompts are read when the first of their rows is taken. */
export class WaitingRows {
	readonly #session: DecoderSession;
	readonly #options: ReadOptions & { signal?: AbortSignal | undefined };
	readonly #prompts: Prompt[] = [];
	/** Index into #prompts, by row. */
	readonly #promptOf: number[];
	/** How many rows of each prompt wait: none reads it twice, and it is kept for none. */
	readonly #waiting: number[] = [];
	readonly #read = new Map<number, ReadPrompt>();
	#taken = 0;

	/** `apart`: rows with one prompt read it each for itself. */
	constructor(
		session: DecoderSession,
		rows: readonly GenerateRow[],
		options: ReadOptions & { signal?: AbortSignal | undefined; apart: boolean },
	) {
		this.#session = session;
		this.#options = options;
		const known = new Map<GenerateRow['ids'], Map<GenerateRow['interventions'], number>>();
		this.#promptOf = rows.map(({ ids, interventions }) => {
			const same = known.get(ids) ?? new Map<GenerateRow['interventions'], number>();
			const found = options.apart ? undefined : same.get(interventions);
			const prompt = found ?? this.#prompts.push({ ids, interventions }) - 1;
			known.set(ids, same.set(interventions, prompt));
			this.#waiting[prompt] = (this.#waiting[prompt] ?? 0) + 1;
			return prompt;
		});
	}

	get left(): number {
		return this.#promptOf.length - this.#taken;
	}

	/** The next rows, at most `count`, and where each starts from. */
	async take(count: number): Promise<{ row: number; start: ReadPrompt }[]> {
		const rows = Array.from({ length: Math.min(count, this.left) }, (_, i) => this.#taken + i);
		await this.#readFor(rows);
		this.#taken += rows.length;
		return rows.map((row) => {
			const prompt = this.#promptOf[row]!;
			const start = this.#read.get(prompt)!;
			this.#waiting[prompt]!--;
			if (this.#waiting[prompt] === 0) this.#read.delete(prompt);
			return { row, start };
		});
	}

	/** With the same tokens under other interventions that wait behind: they share a part of the work. */
	async #readFor(rows: readonly number[]): Promise<void> {
		const missing = rows.map((row) => this.#promptOf[row]!).filter((prompt) => !this.#read.has(prompt));
		const texts = new Set(missing.map((prompt) => this.#prompts[prompt]!.ids));
		const wanted = [...this.#prompts.keys()].filter(
			(prompt) => texts.has(this.#prompts[prompt]!.ids) && this.#waiting[prompt]! > 0 && !this.#read.has(prompt),
		);
		for (const run of this.#runs(wanted)) {
			this.#options.signal?.throwIfAborted();
			const prompts = run.map((prompt) => this.#prompts[prompt]!);
			const made = await readPrompts(this.#session, prompts, this.#options);
			for (const [i, prompt] of run.entries()) this.#read.set(prompt, made[i]!);
		}
	}

	#runs(prompts: readonly number[]): number[][] {
		const runs: number[][] = [];
		for (const prompt of prompts) {
			const wider = [...(runs.at(-1) ?? []), prompt];
			const longest = Math.max(...wider.map((each) => this.#prompts[each]!.ids.length));
			if (runs.length > 0 && wider.length * longest <= TOKENS_PER_RUN) runs.at(-1)!.push(prompt);
			else runs.push([prompt]);
		}
		return runs;
	}
}
