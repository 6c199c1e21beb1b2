import { FLOAT32_EPSILON, LeaceFitter } from '../erasure/index.js';
import type { LowRankMap } from '../interventions/index.js';
import { type HookPoint, hookName } from '../onnx/index.js';

export interface ScrubFitOptions {
	mult: number;
	method: 'leace' | 'orth';
	point: HookPoint;
	/** What errors call the examples. */
	name?: string | undefined;
}

/** Eraser and vector of one sub-layer. One-hot labels [negative, positive]; float32's epsilon, as the reference's fit (SPEC 3). */
export class ScrubFit {
	readonly #fitter: LeaceFitter;
	readonly #sum: Float64Array;
	readonly #mult: number;
	readonly #name: string;
	#count = 0;

	constructor(width: number, { mult, method, point, name = 'the examples' }: ScrubFitOptions) {
		this.#fitter = new LeaceFitter(width, 2, { method, epsilon: FLOAT32_EPSILON });
		this.#sum = new Float64Array(width);
		this.#mult = mult;
		this.#name = `${name} at ${hookName(point)} (multiplier ${mult})`;
	}

	update(data: Float32Array, labels: readonly number[]): void {
		const width = this.#sum.length;
		this.#fitter.update(
			{ data, rows: labels.length, width, name: this.#name },
			labels.flatMap((label) => [1 - label, label]),
		);
		for (const [row, label] of labels.entries()) {
			const sign = label === 1 ? 1 : -1;
			for (let i = 0; i < width; i++) this.#sum[i]! += sign * data[row * width + i]!;
		}
		this.#count += labels.length;
	}

	result(): { map: LowRankMap; vector: Float32Array } {
		const scale = this.#mult / this.#count;
		return {
			map: this.#fitter.fit().eraser.toLowRankMap(),
			vector: Float32Array.from(this.#sum, (value) => scale * value),
		};
	}
}
