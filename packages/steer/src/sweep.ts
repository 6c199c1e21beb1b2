import { makeManifest } from '@steering/core/artifacts';
import type { SteerPrompt } from '@steering/core/datasets';
import type { Intervention } from '@steering/core/interventions';
import { type HookedModel, modelIdentity, replyRows, rowsThatFit, type Sampling } from '@steering/core/model';
import { DEFAULT_BATCH } from '@steering/core/model-defaults';
import { responsePath } from '@steering/core/settings';
import { DEFAULT_MAX_NEW_TOKENS, DEFAULT_REPEATS } from './defaults.js';
import { identityOf } from './identity.js';
import type { SteeringMethod } from './methods/method.js';
import { ResponseFile } from './response-file.js';
import type { SteerOptions } from './steer.js';

/** All repeats of one prompt at one multiplier: what is journalled, and what a killed command does again. */
interface Unit {
	file: ResponseFile;
	prompt: number;
	interventions: Intervention[];
	/** By repeat. */
	responses: string[];
	/** Replies that are not there yet. */
	open: number;
}

/** One model, one way of steering, many multipliers: all of their replies are rows of one batch. */
export class Sweep {
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

	/** The response file at a multiplier, and what is left to do there. Throws ERR_MISMATCH, ERR_BAD_FILE. */
	file(mult: number): Promise<ResponseFile> {
		const { root, settings, overwrite = false } = this.#options;
		const [path, manifest, repeats] = [responsePath(settings, mult), this.#manifest(), this.#repeats];
		return ResponseFile.open({ mult, path, root, manifest, overwrite, prompts: this.#prompts, repeats });
	}

	async run(files: readonly ResponseFile[]): Promise<void> {
		for (const file of files) file.start();
		try {
			for (const lot of this.#lots(files)) {
				const units = await this.#units(lot);
				for (const together of this.#model.info.rowsAreIndependent ? [units] : this.#partition(units)) {
					await this.#sample(together);
				}
				for (const file of lot) await file.finish();
			}
		} finally {
			for (const file of files) file.close();
		}
	}

	/** Multipliers whose replies may be rows of one batch: they share their maps. Where rows round each other, every one is alone. */
	#lots(files: readonly ResponseFile[]): ResponseFile[][] {
		const lots = new Map<number, ResponseFile[]>();
		for (const file of files) {
			const key = this.#model.info.rowsAreIndependent ? (this.#method.mapsAt?.(file.mult) ?? 0) : file.mult;
			lots.set(key, [...(lots.get(key) ?? []), file]);
		}
		return [...lots.values()];
	}

	/** Prompt by prompt, so that one reading serves all of its multipliers. */
	async #units(files: readonly ResponseFile[]): Promise<Unit[]> {
		const interventions: Intervention[][] = [];
		for (const { mult } of files) interventions.push(await this.#method.interventionsAt(mult));
		return this.#prompts.flatMap((_, prompt) =>
			files.map((file, f) => {
				return { file, prompt, interventions: interventions[f]!, responses: [], open: this.#repeats };
			}),
		);
	}

	/** Batches that depend on nothing but the flags, so that a resumed batch is the same batch. */
	#partition(units: readonly Unit[]): Unit[][] {
		const size = Math.max(1, Math.floor((this.#options.batch ?? DEFAULT_BATCH) / this.#repeats));
		const starts = Array.from({ length: Math.ceil(units.length / size) }, (_, i) => i * size);
		return starts.map((start) => units.slice(start, start + size)).filter((some) => !some.every(isThere));
	}

	async #sample(all: readonly Unit[]): Promise<void> {
		const { seed = 0, signal, onProgress, maxNewTokens = DEFAULT_MAX_NEW_TOKENS } = this.#options;
		const independent = this.#model.info.rowsAreIndependent;
		const units = independent ? all.filter((unit) => !isThere(unit)) : all;
		const rows = units.flatMap(({ file: { mult }, prompt, interventions }) => {
			const asked = { prompt: this.#prompts[prompt]!.prompt, ids: this.#ids[prompt]! };
			return replyRows(asked, interventions, { seed, repeats: this.#repeats, mult });
		});
		await this.#model.generate(rows, {
			maxNewTokens,
			signal,
			sampling: this.#sampling(),
			maxRows: independent ? this.#batch : undefined,
			neverAlone: independent,
			onReply: (row, ids) => {
				const unit = units[Math.floor(row / this.#repeats)]!;
				unit.responses[row % this.#repeats] = this.#model.tokenizer.decode([...ids]);
				unit.open--;
				if (unit.open > 0 || isThere(unit)) return;
				unit.file.add(unit.prompt, unit.responses);
				onProgress?.(this.#repeats);
			},
		});
	}

	get #repeats(): number {
		return this.#options.repeats ?? DEFAULT_REPEATS;
	}

	get #batch(): number {
		const { batch, maxNewTokens = DEFAULT_MAX_NEW_TOKENS } = this.#options;
		const longest = Math.max(...this.#ids.map(({ length }) => length));
		return batch ?? Math.min(DEFAULT_BATCH, rowsThatFit(this.#model.info, longest + maxNewTokens));
	}

	#sampling(): Sampling {
		const { settings, topK, topP } = this.#options;
		const configured = this.#model.sampling(settings.temp);
		return { ...configured, topK: topK ?? configured.topK, topP: topP ?? configured.topP };
	}

	#manifest() {
		const { settings, seed = 0, trivial, bias, batch, maxNewTokens = DEFAULT_MAX_NEW_TOKENS } = this.#options;
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
				...(this.#model.info.rowsAreIndependent ? {} : { rowsPerBatch: batch ?? DEFAULT_BATCH }),
			},
			prompts: identityOf(JSON.stringify(this.#prompts)),
			method: this.#method.identity,
			...(trivial ? { trivial } : {}),
			...(bias ? { bias } : {}),
		});
	}
}

const isThere = ({ file, prompt }: Unit) => file.has(prompt);
