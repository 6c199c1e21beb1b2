import { join } from 'node:path';
import { withLock } from '@steering/core/artifacts';
import { loadSteerPrompts, resolveDataRoot } from '@steering/core/datasets';
import { SteeringError } from '@steering/core/errors';
import { type AskedDevice, HookedModel, type PreparationHooks } from '@steering/core/model';
import type { Precision } from '@steering/core/onnx';
import type { Settings } from '@steering/core/settings';
import { DEFAULT_PROMPTS } from './defaults.js';
import { checkMethodFlags, chooseMethod, methodNote } from './methods/choose-method.js';
import type { ResponseFile } from './response-file.js';
import { Sweep } from './sweep.js';

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
	/** Replies written at the same time. Default: 64, fewer where their cache would take more than a quarter of the memory. */
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

/**
 * Samples steered replies and writes a response file a multiplier, each with its manifest. What is complete is skipped, what was
 * interrupted goes on, and both end with the bytes of an uninterrupted run: each reply draws from its own generator, and its numbers
 * do not depend on what else is sampled.
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
		const files: ResponseFile[] = [];
		for (const mult of new Set(options.mults)) files.push(await sweep.file(mult));
		const open = files.filter(({ missing }) => missing > 0);
		await method.prepare?.(open.map(({ mult }) => mult));
		options.onStart?.(open.reduce((sum, { missing }) => sum + missing, 0));
		await withLocks(
			open.map(({ path }) => join(root, path)),
			() => sweep.run(open),
		);
		return files.map(({ mult, path, missing }) => ({ mult, path, skipped: missing === 0 }));
	} finally {
		await model.release();
	}
}

/** All of them or none: a file that another command writes is found before anything is sampled. */
async function withLocks<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
	const [path, ...others] = paths;
	return path === undefined ? work() : withLock(path, () => withLocks(others, work));
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
