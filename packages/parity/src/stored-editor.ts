import { fitQuadratic, fitQuadraticLda, QUADRATIC_CLASSES, type QuadraticEditor } from '@steering/core/erasure';
import { SteeringError } from '@steering/core/errors';
import type { DenseMap, Gate, LowRankMap } from '@steering/core/interventions';
import type { ActsFixture } from './acts-fixture.js';
import { storedRows } from './stored-rows.js';
import { floatsOf, type Tensors } from './tensors.js';

/** What an editor does at one layer. */
export interface EditorStep {
	map: LowRankMap | DenseMap;
	/** Mean of the target less that of the source, (width). */
	vector: Float32Array;
	gate?: Gate;
}

/** T = I + scale I + left right: any scale will do for a stored T, so that both terms of the graph's form are at work. */
const SCALE = 0.5;

/**
 * A quadratic editor (SPEC 1.6) with the parameters that a file has for one layer. Of large models it has the map of one pair of
 * classes: the others are fitted to the activations that are stored.
 */
export class StoredEditor {
	readonly #tensors: Tensors;
	readonly #at: string;
	readonly #width: number;
	readonly #isGated: boolean;
	readonly #fit: () => QuadraticEditor | undefined;

	constructor(tensors: Tensors, layer: number, width: number, isGated: boolean, acts: ActsFixture | undefined) {
		this.#tensors = tensors;
		this.#at = `layer${layer}`;
		this.#width = width;
		this.#isGated = isGated;
		this.#fit = () => (acts ? fittedEditor(acts, layer, isGated) : undefined);
	}

	/** What is done at a multiplier, of which only the sign counts; undefined where nothing is. */
	step(mult: number): EditorStep | undefined {
		const { negative, positive, union } = QUADRATIC_CLASSES;
		if (this.#isGated && mult === 0) return undefined;
		const target = mult > 0 ? positive : mult < 0 ? negative : union;
		if (!this.#isGated) return this.#move(union, target);
		// Tokens of the target class stay where they are.
		const source = 1 - target;
		return { ...this.#move(source, target), gate: this.#gate(source) };
	}

	#gate(source: number): Gate {
		const direction = Float32Array.from(floatsOf(this.#tensors, `${this.#at}.lda`, [this.#width]));
		const [threshold = Number.NaN] = floatsOf(this.#tensors, `${this.#at}.threshold`, [1]);
		return { direction, threshold, side: source === 1 ? 'above' : 'notAbove' };
	}

	#move(source: number, target: number): EditorStep {
		const stored = this.#storedMap(source, target);
		if (stored) return this.#dense(stored, source, target);
		const fitted = this.#fit()?.map(source, target);
		if (fitted) return { map: fitted.toGraphMap(), vector: fitted.shift };
		throw new SteeringError(
			'ERR_BAD_FILE',
			`there is no tensor ${this.#at}.ot_maps.${source}.${target}, and no activations to fit it to`,
		);
	}

	/** T of a pair of classes, (width, width). */
	#storedMap(source: number, target: number): Float64Array | undefined {
		const width = this.#width;
		const [all, one] = [`${this.#at}.ot_maps`, `${this.#at}.ot_maps.${source}.${target}`];
		if (this.#tensors.has(one)) return floatsOf(this.#tensors, one, [width, width]);
		if (!this.#tensors.has(all)) return undefined;
		const classes = this.#isGated ? 2 : 3;
		const maps = floatsOf(this.#tensors, all, [classes, classes, width, width]);
		const size = width * width;
		return maps.subarray((source * classes + target) * size, (source * classes + target + 1) * size);
	}

	/** (x - mean of source) T^T + mean of target, as x + (x - center) left right + scale (x - center) + vector. */
	#dense(operator: Float64Array, source: number, target: number): EditorStep {
		const width = this.#width;
		const means = floatsOf(this.#tensors, `${this.#at}.class_means`, [this.#isGated ? 2 : 3, width]);
		const mean = (of: number) => means.subarray(of * width, (of + 1) * width);
		const right = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
		const left = right.map((one, i) => operator[(i % width) * width + Math.floor(i / width)]! - (1 + SCALE) * one);
		const [from, to] = [mean(source), mean(target)];
		return {
			map: { center: Float32Array.from(from), left, right, rank: width, scale: SCALE },
			vector: Float32Array.from(to, (value, i) => value - from[i]!),
		};
	}
}

/** Undefined where the layer's activations are not stored. */
export function fittedEditor(acts: ActsFixture, layer: number, isGated: boolean): QuadraticEditor | undefined {
	const [positives, negatives] = [storedRows(acts, 'pos', layer), storedRows(acts, 'neg', layer)];
	if (!positives || !negatives) return undefined;
	return isGated ? fitQuadraticLda(positives, negatives).editor : fitQuadratic(positives, negatives);
}
