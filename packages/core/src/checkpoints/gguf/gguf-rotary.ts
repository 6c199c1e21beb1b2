import type { Rotary } from '../../onnx/decoder/decoder-design.js';
import { Unsupported } from '../checkpoint-error.js';
import { dividedRotary, longMagnitude, longRotary, plainRotary } from '../rotary.js';
import type { GgufFacts } from './gguf-design.js';
import type { GgufFile } from './gguf-file.js';
import type { GgufMetadata } from './gguf-metadata.js';
import { LONG_ROPE_FACTORS, ROPE_FACTORS } from './gguf-names.js';

/** The rotary embedding of all layers that have none of their own, and the positions for which it is exact. */
export async function ggufRotary(
	file: GgufFile,
	metadata: GgufMetadata,
	name: string,
	{ design, rotaryDims, theta }: GgufFacts,
): Promise<{ rotary: Rotary; positions: number }> {
	const { positions } = design;
	const scaling = metadata.optional(`${name}.rope.scaling.type`, 'string') ?? 'none';
	const short = await factors(file, LONG_ROPE_FACTORS.short, rotaryDims / 2);
	if (short !== undefined) {
		const original = metadata.count(`${name}.rope.scaling.original_context_length`, positions, positions);
		const magnitude = metadata.positive(`${name}.rope.scaling.attn_factor`, longMagnitude(positions, original));
		return { rotary: longRotary(theta, rotaryDims, short, magnitude), positions: original };
	}
	const divisors = await factors(file, ROPE_FACTORS, rotaryDims / 2);
	if (divisors !== undefined && scaling !== 'none')
		throw new Unsupported(`it has ${ROPE_FACTORS} and ${scaling} scaling`);
	if (divisors !== undefined) return { rotary: dividedRotary(theta, rotaryDims, divisors), positions };
	if (scaling === 'none') return { rotary: plainRotary(theta, rotaryDims), positions };
	if (scaling !== 'linear') throw new Unsupported(`its rotary frequencies are scaled by ${scaling}`);
	const factor = metadata.positive(`${name}.rope.scaling.factor`);
	return { rotary: dividedRotary(theta, rotaryDims, factor), positions };
}

async function factors(file: GgufFile, name: string, length: number): Promise<Float32Array | undefined> {
	if (!file.header.tensors.has(name)) return undefined;
	file.requireShape(name, [length]);
	for await (const factors of file.rows(name, 1)) {
		if (factors.every((factor) => factor > 0 && Number.isFinite(factor))) return factors;
	}
	throw new Error(`${name} has factors that are not positive`);
}
