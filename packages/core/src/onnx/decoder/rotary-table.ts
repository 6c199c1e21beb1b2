import type { DecoderDesign } from './decoder-design.js';

const { fround } = Math;

/**
 * Rows `start` to `end` of the cosines or sines of the rotary embedding, (end - start, headDim / 2) float32: position times
 * theta^(-2i / headDim). Each step is rounded to float32, as PyTorch computes it: at position 8000 an angle of higher precision
 * would be another one in the fourth digit.
 */
export function rotaryRows(design: DecoderDesign, which: 'cos' | 'sin', start: number, end: number): Float32Array {
	const half = design.headDim / 2;
	const frequencies = Float32Array.from({ length: half }, (_, i) => {
		const power = fround(design.ropeTheta ** fround((2 * i) / design.headDim));
		return fround(1 / power) / (design.ropeFactors?.[i] ?? 1);
	});
	const of = Math[which];
	return Float32Array.from({ length: (end - start) * half }, (_, at) =>
		of(fround((start + Math.floor(at / half)) * frequencies[at % half]!)),
	);
}
