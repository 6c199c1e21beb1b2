import { realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import type { Intervention } from '@steering/core/interventions';
import type { ModelInfo } from '@steering/core/model';
import { readVector, requireSource, type SteeringVector } from '@steering/core/vectors';
import { ApiError } from './api-error.js';
import type { SteeringStep } from './request-fields.js';

const ENDING = '.safetensors';
/** Vectors kept in memory: all layers of a few experiments. */
const KEPT_VECTORS = 1024;

/** The vectors under artifacts/vecs, by name, read when they are first asked for and again when their file changes. */
export class SteeringVectors {
	readonly #folder: string;
	readonly #model: ModelInfo;
	/** The most recently used last. */
	readonly #kept = new Map<string, { changed: number; vector: Promise<SteeringVector> }>();

	/** `root`: the folder that holds artifacts/. */
	constructor(root: string, model: ModelInfo) {
		this.#folder = join(root, 'artifacts', 'vecs');
		this.#model = model;
	}

	/**
	 * What the steps of a request do to the activations; nothing for multiplier 0. Throws 400 naming the step: no such vector, one
	 * of another model or hook point, numbers that overflow.
	 */
	async interventions(steps: readonly SteeringStep[]): Promise<Intervention[]> {
		const byLayer = new Map<number, { sum: Float64Array; toks: SteeringStep['toks'] }>();
		for (const [i, step] of steps.entries()) {
			const param = `steering.${i}`;
			const { vector, layer } = await this.#load(step, param);
			if (step.multiplier === 0) continue;
			const at = byLayer.get(layer) ?? { sum: new Float64Array(vector.length), toks: step.toks };
			if (at.toks !== step.toks) {
				throw new ApiError(400, `${param}: vectors at one layer need the same toks`, { param });
			}
			for (const [d, value] of vector.entries()) at.sum[d]! += step.multiplier * value;
			byLayer.set(layer, at);
		}
		return [...byLayer].map(([layer, { sum, toks }]) => {
			const vector = Float32Array.from(sum);
			if (vector.every(Number.isFinite)) return { point: { layer, site: 'resid_post' }, vector, toks };
			throw new ApiError(400, `steering: the multipliers at layer ${layer} are too large`, { param: 'steering' });
		});
	}

	async #load(step: SteeringStep, param: string): Promise<{ vector: Float32Array; layer: number }> {
		const path = await this.#find(step.vector, `${param}.vector`);
		try {
			const { vector, provenance } = await this.#read(path);
			const [own = '', site] = provenance.hookPoint.split('.');
			const layer = step.layer ?? Number(own);
			const wanted = { model: this.#model.name, fingerprint: this.#model.fingerprint, width: this.#model.width };
			const hookPoint = `${layer}.${step.layer === undefined ? site : 'resid_post'}`;
			requireSource({ path: step.vector, provenance }, vector.length, { ...wanted, hookPoint });
			if (site !== 'resid_post') {
				const where = `${step.vector} was read at ${provenance.hookPoint}`;
				throw new SteeringError('ERR_MISMATCH', `${where}, and the server steers the residual stream after a layer`);
			}
			return { vector, layer };
		} catch (error) {
			if (!(error instanceof SteeringError)) throw error;
			// Where the folder lies on this machine is nobody's business.
			const message = `${param}: ${error.message.replaceAll(path, step.vector)}`;
			throw new ApiError(400, message, { param, code: error.code.toLowerCase(), cause: error });
		}
	}

	/** Only files inside the folder, wherever links lead. */
	async #find(name: string, param: string): Promise<string> {
		const missing = new ApiError(400, `there is no vector ${name} under artifacts/vecs`, {
			param,
			code: 'vector_not_found',
		});
		if (name.includes('\0') || name.includes('\\')) throw missing;
		const file = name.endsWith(ENDING) ? name : name + ENDING;
		try {
			const folder = await realpath(this.#folder);
			const path = await realpath(join(folder, file));
			const inside = relative(folder, path);
			if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || !path.endsWith(ENDING)) throw missing;
			return path;
		} catch {
			throw missing;
		}
	}

	async #read(path: string): Promise<SteeringVector> {
		const { mtimeMs } = await stat(path);
		const kept = this.#kept.get(path);
		const entry = kept?.changed === mtimeMs ? kept : { changed: mtimeMs, vector: readVector(path) };
		this.#kept.delete(path);
		this.#kept.set(path, entry);
		if (this.#kept.size > KEPT_VECTORS) this.#kept.delete(this.#kept.keys().next().value!);
		try {
			return await entry.vector;
		} catch (error) {
			this.#kept.delete(path);
			throw error;
		}
	}
}
