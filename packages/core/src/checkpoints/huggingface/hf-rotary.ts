import type { Rotary } from '../../onnx/decoder/decoder-design.js';
import type { Architecture } from '../architectures.js';
import { Unsupported } from '../checkpoint-error.js';
import { requireRotated } from '../design-limits.js';
import { dividedRotary, llama3Rotary, longMagnitude, longRotary, plainRotary } from '../rotary.js';
import type { TypedValues } from '../typed-values.js';

/**
 * Rotary embeddings as a config.json describes them: `rope_theta`, `rope_scaling` and `rope_local_base_freq` (transformers 4), or
 * `rope_parameters`, which may have a section for each kind of layer (transformers 5).
 */
export class HfRotary {
	/** Of all layers, or of those that are not local. */
	readonly everywhere: Rotary;
	/** Of local layers, where it is another one. */
	readonly local: Rotary | undefined;
	/** Those of the model that are exact here. */
	readonly positions: number;
	readonly notes: string[] = [];
	readonly #values: TypedValues;
	readonly #isPartial: boolean;
	readonly #headDim: number;

	constructor({ partialRotary, localTheta }: Architecture, values: TypedValues, headDim: number, positions: number) {
		this.#values = values;
		this.#isPartial = partialRotary;
		this.#headDim = headDim;
		const parameters = values.section('rope_parameters');
		const all = parameters?.section('full_attention') ?? parameters ?? values.section('rope_scaling');
		const theta = all?.optionalPositive('rope_theta') ?? values.positive('rope_theta');
		const type = typeOf(all);
		this.positions = isLong(type) ? this.#originalPositions(all, positions) : positions;
		this.everywhere = this.#rotary(all, theta, positions);
		const own = parameters?.section('sliding_attention');
		if (localTheta === undefined) {
			if (own && typeOf(own) + own.optional('rope_theta', 'number') !== type + theta) {
				throw new Unsupported('its local layers have a rotary embedding of their own');
			}
			return;
		}
		const base = own?.optionalPositive('rope_theta') ?? values.positive('rope_local_base_freq', localTheta);
		this.local = this.#rotary(own, base, positions);
	}

	#rotary(scaling: TypedValues | undefined, theta: number, positions: number): Rotary {
		const type = typeOf(scaling);
		const dims = this.#rotated(scaling);
		if (type === 'default') return plainRotary(theta, dims);
		if (type === 'linear') return dividedRotary(theta, dims, scaling!.positive('factor'));
		if (type === 'llama3') {
			return llama3Rotary(theta, dims, {
				factor: scaling!.positive('factor'),
				lowFrequency: scaling!.positive('low_freq_factor'),
				highFrequency: scaling!.positive('high_freq_factor'),
				originalPositions: scaling!.positive('original_max_position_embeddings'),
			});
		}
		if (isLong(type)) return this.#long(scaling!, theta, dims, positions);
		throw new Unsupported(`its rotary frequencies are scaled by ${type}; known are linear, llama3 and longrope`);
	}

	#rotated(scaling: TypedValues | undefined): number {
		const part =
			scaling?.optionalPositive('partial_rotary_factor') ?? this.#values.positive('partial_rotary_factor', 1);
		const dims = Math.floor(this.#headDim * part);
		requireRotated(dims, this.#headDim, this.#isPartial);
		return dims;
	}

	/** One graph has one set of tables, and longer texts change the frequencies of all positions: the short ones it is. */
	#long(scaling: TypedValues, theta: number, dims: number, positions: number): Rotary {
		const factors = scaling.list('short_factor', 'number');
		if (factors.length !== dims / 2 || !factors.every((factor) => factor > 0 && Number.isFinite(factor))) {
			throw new Error(`short_factor has no ${dims / 2} numbers above 0`);
		}
		const given = scaling.optionalPositive('factor');
		const long = given === undefined ? positions : given * this.positions;
		const magnitude = scaling.optionalPositive('attention_factor') ?? longMagnitude(long, this.positions);
		if (positions > this.positions) {
			this.notes.push(
				`texts of up to ${this.positions} tokens, of the model's ${positions}: LongRoPE's other half is not built`,
			);
		}
		return longRotary(theta, dims, factors, magnitude);
	}

	#originalPositions(scaling: TypedValues | undefined, positions: number): number {
		const key = 'original_max_position_embeddings';
		const from = scaling?.has(key) ? scaling : this.#values;
		return Math.min(positions, from.count(key, Number.MAX_SAFE_INTEGER));
	}
}

function typeOf(scaling: TypedValues | undefined): string {
	return scaling?.optional('rope_type', 'string') ?? scaling?.optional('type', 'string') ?? 'default';
}

/** Early Phi-3 files say `su`. */
function isLong(type: string): boolean {
	return type === 'longrope' || type === 'su';
}
