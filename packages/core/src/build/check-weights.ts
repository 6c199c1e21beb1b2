import { SteeringError } from '../errors/index.js';
import { quoted } from '../interchange/read-bounded.js';
import type { Stored } from '../onnx/decoder/decoder-design.js';
import { LARGEST_WEIGHT } from '../quantisation/index.js';

/** From here on, numbers round to infinity in float16. */
const FLOAT16_OVERFLOW = 65520;

/** Refuses, by the tensor's name, numbers that are none, and those that `stored` cannot hold. */
export function checkWeights(numbers: Float32Array, stored: Stored, path: string, tensor: string): void {
	const limit = stored === 'float16' ? FLOAT16_OVERFLOW : LARGEST_WEIGHT;
	for (let i = 0; i < numbers.length; i++) {
		if (!(Math.abs(numbers[i]!) < limit)) throw refusal(numbers[i]!, stored, path, tensor);
	}
}

/** The same for the scales of blocks, which are the file's own. */
export function checkScales(scales: Float32Array, path: string, tensor: string): void {
	for (const scale of scales) {
		if (!Number.isFinite(scale)) throw refusal(scale, 'float32', path, tensor);
	}
}

function refusal(number: number, stored: Stored, path: string, tensor: string): SteeringError {
	const where = `${path}: ${quoted(tensor)} holds ${number}`;
	if (!Number.isFinite(number)) {
		return new SteeringError('ERR_BAD_FILE', `${where}, which is no weight`, { hint: 'download or convert it again' });
	}
	if (stored === 'float16' && Math.abs(number) < LARGEST_WEIGHT) {
		return new SteeringError('ERR_BAD_FILE', `${where}, which is beyond float16 (65504)`, {
			hint: 'take --quant none or q8',
		});
	}
	return new SteeringError('ERR_BAD_FILE', `${where}, with which products leave float32`, {
		hint: 'no weight of a model is as large: download or convert it again',
	});
}
