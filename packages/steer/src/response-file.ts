import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Journal, type Manifest, readManifest, writeManifest, writeResponses } from '@steering/core/artifacts';
import type { SteerPrompt } from '@steering/core/datasets';
import { SteeringError } from '@steering/core/errors';
import { z } from 'zod';
import { identityOf } from './identity.js';

/** Of the manifest: versions are left out, so that an update keeps what is there, and so is what eval adds. */
const MANIFEST_KEYS = ['settings', 'model', 'seed', 'sampling', 'prompts', 'method', 'trivial', 'bias'];

/** One prompt's replies at one multiplier, as journalled. */
const unitSchema = z.object({ prompt: z.int().min(0), responses: z.array(z.string()) });
type Unit = z.output<typeof unitSchema>;

export interface ResponseFilePlan {
	mult: number;
	/** Relative to `root`. */
	path: string;
	root: string;
	manifest: Manifest;
	/** Make it again, whatever is there. */
	overwrite: boolean;
	prompts: readonly SteerPrompt[];
	/** Replies to each prompt. */
	repeats: number;
}

/** The replies at one multiplier: what is there already, what is added, and the file once all is there. */
export class ResponseFile {
	readonly mult: number;
	readonly path: string;
	/** Replies that were not there when it was opened; 0: the file is complete. */
	readonly missing: number;
	readonly #plan: ResponseFilePlan;
	readonly #journal: Journal<Unit>;
	readonly #done: Map<number, string[]>;

	private constructor(plan: ResponseFilePlan, journal: Journal<Unit>, done: Map<number, string[]>, missing: number) {
		this.mult = plan.mult;
		this.path = plan.path;
		this.missing = missing;
		this.#plan = plan;
		this.#journal = journal;
		this.#done = done;
	}

	/** Throws ERR_MISMATCH for a finished file, or the beginning of one, that was made otherwise: never silently kept or replaced. */
	static async open(plan: ResponseFilePlan): Promise<ResponseFile> {
		const { path, root, manifest, overwrite, prompts, repeats } = plan;
		const file = join(root, path);
		// What the replies depend on: a journal of another key is not this command's.
		const key = identityOf(JSON.stringify(MANIFEST_KEYS.map((name) => manifest[name] ?? null)));
		const journal = new Journal<Unit>(file, unitSchema, { key });
		if (!overwrite && existsSync(file)) {
			await requireSame(file, plan);
			return new ResponseFile(plan, journal, new Map(), 0);
		}
		const units = overwrite ? [] : journal.entries();
		const done = new Map(units.map(({ prompt, responses }) => [prompt, responses]));
		// With all replies journalled the file itself is still to be written.
		return new ResponseFile(plan, journal, done, Math.max(1, (prompts.length - done.size) * repeats));
	}

	/** Whether the replies to a prompt are there. */
	has(prompt: number): boolean {
		return this.#done.has(prompt);
	}

	/** To be called before the first {@link add}: forgets what is made again. */
	start(): void {
		if (this.#plan.overwrite) this.#journal.remove();
	}

	/** Keeps the replies to a prompt, against `kill -9` too. */
	add(prompt: number, responses: string[]): void {
		this.#journal.append({ prompt, responses });
		this.#done.set(prompt, responses);
	}

	/** Closes the journal; what was added stays in it. */
	close(): void {
		this.#journal.close();
	}

	/** Writes the file, with all replies in the order of the prompts. */
	async finish(): Promise<void> {
		const { root, manifest, prompts } = this.#plan;
		const file = join(root, this.path);
		await writeManifest(file, manifest);
		await writeResponses(
			file,
			prompts.map(({ prompt, label }, i) => ({ prompt, ...(label ? { label } : {}), responses: this.#done.get(i)! })),
		);
		this.#journal.remove();
	}
}

async function requireSame(file: string, { path, manifest }: ResponseFilePlan): Promise<void> {
	const found = withoutBatch(await readManifest(file), manifest);
	const same = (key: string) => JSON.stringify(found[key] ?? null) === JSON.stringify(manifest[key] ?? null);
	const different = MANIFEST_KEYS.filter((key) => !same(key));
	if (different.length === 0) return;
	throw new SteeringError(
		'ERR_MISMATCH',
		`${path} was made otherwise (its ${different.join(', ')} differ: see its manifest)`,
		{ hint: 'use --overwrite to make it again, or move it away' },
	);
}

/** An earlier version named the size of the batch, too, where nothing depends on it. */
function withoutBatch(found: Manifest, wanted: Manifest): Manifest {
	const { rowsPerBatch: _, ...sampling } = (found.sampling ?? {}) as Record<string, unknown>;
	return 'rowsPerBatch' in (wanted.sampling as object) ? found : { ...found, sampling };
}
