import { type BlockFit, type Codes, codeOf, nearestFit, rangeOf } from './block-fit.js';
import { BLOCK, type BlockFormat, middleCode, type QuantisedRows, rowBytes } from './block-format.js';
import { searchFit } from './block-search.js';

/** `nearest`: round-to-nearest. `search`: the scale and zero point that lose least. */
export const ROUNDINGS = ['search', 'nearest'] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** Beyond, sums of products leave float32 (3.4e38), and no weight of a model comes near. */
export const LARGEST_WEIGHT = 2 ** 100;

/**
 * Quantises whole rows of `columns` finite numbers up to {@link LARGEST_WEIGHT}, a multiple of 32. With `nearest` no number is off
 * by more than half its block's scale; with `search` no block loses more, as a sum of squares, than with `nearest`.
 */
export function quantiseRows(
	numbers: Float32Array,
	columns: number,
	format: BlockFormat,
	rounding: Rounding,
): QuantisedRows {
	const rows = numbers.length / columns;
	const bytes = rowBytes(format, columns);
	const blocks = columns / BLOCK;
	const codes = new Uint8Array(rows * bytes.codes);
	const scales = new Float32Array(rows * blocks);
	const zeroPoints = format.zeroPoints ? new Uint8Array(rows * bytes.zeroPoints) : undefined;
	const grid: Codes = { max: 2 ** format.bits - 1, fixedZero: format.zeroPoints ? undefined : middleCode(format) };
	for (let row = 0, block = 0; row < rows; row++) {
		for (let inRow = 0; inRow < blocks; inRow++, block++) {
			const at = block * BLOCK;
			const fit = rounding === 'search' ? searchFit(numbers, at, grid) : nearestFit(grid, ...rangeOf(numbers, at));
			scales[block] = fit.scale;
			packCodes(numbers, at, fit, format.bits, codes);
			if (!zeroPoints) continue;
			if (format.bits === 8) zeroPoints[block] = fit.zero;
			else zeroPoints[row * bytes.zeroPoints + (inRow >> 1)]! |= fit.zero << ((inRow & 1) * 4);
		}
	}
	return { codes, scales, zeroPoints };
}

function packCodes(
	numbers: Float32Array,
	at: number,
	{ scale, zero }: BlockFit,
	bits: number,
	codes: Uint8Array,
): void {
	const inverse = scale === 0 ? 0 : 1 / scale;
	if (bits === 8) {
		for (let i = at; i < at + BLOCK; i++) codes[i] = codeOf(numbers[i]!, inverse, zero, 255);
		return;
	}
	for (let i = at; i < at + BLOCK; i += 2) {
		const low = codeOf(numbers[i]!, inverse, zero, 15);
		codes[i >> 1] = low | (codeOf(numbers[i + 1]!, inverse, zero, 15) << 4);
	}
}

/** The numbers that rows in blocks stand for. */
export function dequantiseRows(rows: QuantisedRows, columns: number, format: BlockFormat): Float32Array {
	const { codes, scales, zeroPoints } = rows;
	const blocks = columns / BLOCK;
	const zeroBytes = rowBytes(format, columns).zeroPoints;
	const nibble = (bytes: Uint8Array, at: number, index: number) =>
		(bytes[at + (index >> 1)]! >> ((index & 1) * 4)) & 15;
	const numbers = new Float32Array(scales.length * BLOCK);
	for (let block = 0; block < scales.length; block++) {
		const [row, inRow] = [Math.floor(block / blocks), block % blocks];
		let zero = middleCode(format);
		if (zeroPoints) zero = format.bits === 8 ? zeroPoints[block]! : nibble(zeroPoints, row * zeroBytes, inRow);
		for (let i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
			const code = format.bits === 8 ? codes[i]! : nibble(codes, 0, i);
			numbers[i] = scales[block]! * (code - zero);
		}
	}
	return numbers;
}
