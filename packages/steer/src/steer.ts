import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Journal, makeManifest, readManifest, withLock, writeManifest, writeResponses } from '@steering/core/artifacts';
import { loadSteerPrompts, resolveDataRoot, type SteerPrompt } from '@steering/core/datasets';
import { SteeringError } from '@steering/core/errors';
import type { Intervention } from '@steering/core/interventions';
import {
	type AskedDevice,
	HookedModel,
	modelIdentity,
	type PreparationHooks,
	type Sampling,
	uniformFor,
} from '@steering/core/model';
import type { Precision } from '@steering/core/onnx';
import { pythonFloat, responsePath, type Settings } from '@steering/core/settings';
import { z } from 'zod';
import { DEFAULT_BATCH, DEFAULT_MAX_NEW_TOKENS, DEFAULT_PROMPTS, DEFAULT_REPEATS } from './defaults.js';
import { checkMethodFlags, chooseMethod, methodNote } from './methods/choose-method.js';
import type { SteeringMethod } from './methods/method.js';

export interface SteerOptions {
	settings: Settings;
	mults: readonly number[];
	/** The folder that holds artifacts/. */
	root: string;
	data?: string | undefined;
	/** Replies to each prompt at each multiplier. */
	repeats?: number | undefined;
	/** Questions of the behavior, or without one harmful and harmless prompts each. */
	prompts?: number | undefined;
	maxNewTokens?: number | undefined;
	/** Replies sampled together; all repeats of a prompt are, however many. Default: 64. */
	batch?: number | undefined;
	/** Instead of the generation config's: keep the k likeliest tokens (0: all), and of those the likeliest up to p. */
	topK?: number | undefined;
	topP?: number | undefined;
	seed?: number | undefined;
	/** Instrument the graph and change nothing: the baseline of a sweep. */
	trivial?: boolean | undefined;
	/** Act on the MLP's output, where down_proj's bias would be (SPEC 1.7). */
	bias?: boolean | undefined;
	/** Take vectors that another model of the same width made. */
	force?: boolean | undefined;
	overwrite?: boolean | undefined;
	/** Default `fast`: as the model was exported. */
	precision?: Precision | undefined;
	threads?: number | undefined;
	device?: AskedDevice | undefined;
	signal?: AbortSignal | undefined;
	/** Told what happens before the model can be opened: downloads, a build. */
	preparation?: PreparationHooks | undefined;
	/** Told what may surprise about the settings. */
	onNote?: ((note: string) => void) | undefined;
	/** Called at the start of scrubbing's fits, and after each: sub-layers times multipliers. */
	onFit?: ((done: number, total: number) => void) | undefined;
	/** Called once with the number of replies still to be sampled. */
	onStart?: ((replies: number) => void) | undefined;
	onProgress?: ((replies: number) => void) | undefined;
}

export interface SteeredFile {
	mult: number;
	path: string;
	/** Whether it was complete already. */
	skipped: boolean;
}

/** Of the manifest: versions are left out, so that an update keeps what is there, and so is what eval adds. */
const MANIFEST_KEYS = ['settings', 'model', 'seed', 'sampling', 'prompts', 'method', 'trivial', 'bias'];

/** One prompt's replies at one multiplier, as journalled: a killed command loses one batch at most. */
const unitSchema = z.object({ prompt: z.int().min(0), responses: z.array(z.string()) });
type Unit = z.output<typeof unitSchema>;

/**
 * Samples steered replies and writes a response file a multiplier, each with its manifest. What is complete is skipped, what was
 * interrupted goes on, and both end with the bytes of an uninterrupted run: batches are always the same, and each reply draws from
 * its own generator.
 *
 * Throws ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_MISMATCH, ERR_LOCKED.
 */
export async function steer(options: SteerOptions): Promise<SteeredFile[]> {
	const { settings, root } = options;
	checkOptions(options);
	const note = methodNote(settings);
	if (note) options.onNote?.(note);
	const dataRoot = resolveDataRoot({ data: options.data, model: settings.model });
	const prompts = await loadSteerPrompts({
		behavior: settings.behavior,
		num: options.prompts ?? DEFAULT_PROMPTS,
		root: dataRoot,
	});
	const model = await HookedModel.load(settings.model, {
		precision: options.precision ?? 'fast',
		threads: options.threads,
		device: options.device,
		signal: options.signal,
		...options.preparation,
	});
	try {
		const flags = { trivial: options.trivial ?? false, bias: options.bias ?? false };
		const method = await chooseMethod({ ...options, model, dataRoot }, flags);
		const sweep = new Sweep(options, model, method, prompts);
		const plans = [];
		for (const mult of new Set(options.mults)) plans.push(await sweep.plan(mult));
		await method.prepare?.(plans.filter(({ missing }) => missing > 0).map(({ mult }) => mult));
		options.onStart?.(plans.reduce((sum, plan) => sum + plan.missing, 0));
		const files: SteeredFile[] = [];
		for (const { mult, path, missing } of plans) {
			if (missing > 0) await withLock(join(root, path), () => sweep.run(mult));
			files.push({ mult, path, skipped: missing === 0 });
		}
		return files;
	} finally {
		await model.release();
	}
}

function checkOptions({ settings, mults, repeats, maxNewTokens, batch, ...flags }: SteerOptions): void {
	const { trivial = false, bias = false, force = false } = flags;
	checkMethodFlags(settings, { trivial, bias, force });
	if (mults.length === 0) throw new SteeringError('ERR_USAGE', 'no multipliers', { hint: 'give some: --mults -1 0 1' });
	for (const [name, value] of Object.entries({ repeats, 'max-new-tokens': maxNewTokens, batch })) {
		if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
			throw new SteeringError('ERR_USAGE', `--${name} ${value} is not a whole number from 1`);
		}
	}
}

/** One model, one way of steering, many multipliers. */
class Sweep {
	readonly #options: SteerOptions;
	readonly #model: HookedModel;
	readonly #method: SteeringMethod;
	readonly #prompts: SteerPrompt[];
	readonly #ids: number[][];

	constructor(options: SteerOptions, model: HookedModel, method: SteeringMethod, prompts: SteerPrompt[]) {
		this.#options = options;
		this.#model = model;
		this.#method = method;
		this.#prompts = prompts;
		this.#ids = prompts.map(({ prompt }) => model.tokenizer.encodeChat([{ role: 'user', content: prompt }]));
	}

	get #repeats(): number {
		return this.#options.repeats ?? DEFAULT_REPEATS;
	}

	get #batch(): number {
		return this.#options.batch ?? DEFAULT_BATCH;
	}

	/** What is left to do at a multiplier. A finished file made otherwise is an error, never silently kept or replaced. */
	async plan(mult: number): Promise<{ mult: number; path: string; missing: number }> {
		const path = responsePath(this.#options.settings, mult);
		const file = join(this.#options.root, path);
		const all = this.#prompts.length * this.#repeats;
		if (this.#options.overwrite) return { mult, path, missing: all };
		if (existsSync(file)) {
			await this.#requireSame(file, path);
			return { mult, path, missing: 0 };
		}
		const done = this.#journal(file).entries().length;
		return { mult, path, missing: Math.max(1, all - done * this.#repeats) };
	}

	async run(mult: number): Promise<void> {
		const options = this.#options;
		const path = join(options.root, responsePath(options.settings, mult));
		const journal = this.#journal(path);
		if (options.overwrite) journal.remove();
		const done = new Map(journal.entries().map((unit) => [unit.prompt, unit.responses]));
		const interventions = await this.#method.interventionsAt(mult);
		try {
			for (const group of this.#groups()) {
				if (group.every((prompt) => done.has(prompt))) continue;
				const replies = await this.#sample(group, mult, interventions);
				for (const [i, prompt] of group.entries()) {
					journal.append({ prompt, responses: replies[i]! });
					done.set(prompt, replies[i]!);
				}
				options.onProgress?.(group.length * this.#repeats);
			}
		} finally {
			journal.close();
		}
		await writeManifest(path, this.#manifest());
		await writeResponses(
			path,
			this.#prompts.map(({ prompt, label }, i) => ({ prompt, ...(label ? { label } : {}), responses: done.get(i)! })),
		);
		journal.remove();
	}

	/** The prompts of each batch: a partition that depends on nothing but the flags, so that a resumed batch is the same batch. */
	#groups(): number[][] {
		const size = Math.max(1, Math.floor(this.#batch / this.#repeats));
		const starts = Array.from({ length: Math.ceil(this.#prompts.length / size) }, (_, i) => i * size);
		return starts.map((start) => this.#prompts.slice(start, start + size).map((_, i) => start + i));
	}

	/** Replies to each prompt of a batch. */
	async #sample(group: number[], mult: number, interventions: Intervention[]): Promise<string[][]> {
		const { seed = 0, signal, maxNewTokens = DEFAULT_MAX_NEW_TOKENS } = this.#options;
		const repeats = Array.from({ length: this.#repeats }, (_, repeat) => repeat);
		const rows = group.flatMap((prompt) =>
			repeats.map((repeat) => ({
				ids: this.#ids[prompt]!,
				interventions,
				uniform: uniformFor(seed, this.#prompts[prompt]!.prompt, repeat, pythonFloat(mult)),
			})),
		);
		const sampling = this.#sampling();
		const replies = await this.#model.generate(rows, { maxNewTokens, sampling, signal });
		const texts = replies.map((reply) => this.#model.tokenizer.decode(reply));
		return group.map((_, i) => texts.slice(i * this.#repeats, (i + 1) * this.#repeats));
	}

	#sampling(): Sampling {
		const { settings, topK, topP } = this.#options;
		const configured = this.#model.sampling(settings.temp);
		return { ...configured, topK: topK ?? configured.topK, topP: topP ?? configured.topP };
	}

	#manifest() {
		const { settings, seed = 0, trivial, bias, maxNewTokens = DEFAULT_MAX_NEW_TOKENS } = this.#options;
		const model = modelIdentity(this.#model.info);
		return makeManifest({
			command: 'steer',
			settings: { ...settings, model: model.name },
			model,
			seed,
			sampling: {
				...this.#sampling(),
				maxNewTokens,
				repeats: this.#repeats,
				rowsPerBatch: this.#batch,
			},
			prompts: sha256(JSON.stringify(this.#prompts)),
			method: this.#method.identity,
			...(trivial ? { trivial } : {}),
			...(bias ? { bias } : {}),
		});
	}

	/** What the replies depend on: a journal or a file of another key is not this command's. */
	#key(): string {
		const manifest = this.#manifest();
		return sha256(JSON.stringify(MANIFEST_KEYS.map((key) => manifest[key] ?? null)));
	}

	#journal(path: string): Journal<Unit> {
		return new Journal<Unit>(path, unitSchema, { key: this.#key() });
	}

	async #requireSame(file: string, path: string): Promise<void> {
		const [found, wanted] = [await readManifest(file), this.#manifest()];
		const same = (key: string) => JSON.stringify(found[key] ?? null) === JSON.stringify(wanted[key] ?? null);
		const different = MANIFEST_KEYS.filter((key) => !same(key));
		if (different.length === 0) return;
		throw new SteeringError(
			'ERR_MISMATCH',
			`${path} was made otherwise (its ${different.join(', ')} differ: see its manifest)`,
			{
				hint: 'use --overwrite to make it again, or move it away',
			},
		);
	}
}

function sha256(data: string | Buffer): string {
	return createHash('sha256').update(data).digest('hex').slice(0, 32);
}
