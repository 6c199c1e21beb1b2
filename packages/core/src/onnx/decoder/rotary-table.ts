import type { Rotary } from './decoder-design.js';

const { fround } = Math;

/**
 * Rows `start` to `end` of the cosines or sines of a rotary embedding, (end - start, frequencies) float32. Each step is rounded to
 * float32, as PyTorch computes it: at position 8000 an angle of higher precision would be another one in the fourth digit.
 */
export function rotaryRows(
	{ frequencies, magnitude }: Rotary,
	which: 'cos' | 'sin',
	start: number,
	end: number,
): Float32Array {
	const half = frequencies.length;
	const of = Math[which];
	return Float32Array.from(
		{ length: (end - start) * half },
		(_, at) => fround(of(fround((start + Math.floor(at / half)) * frequencies[at % half]!))) * magnitude,
	);
}
