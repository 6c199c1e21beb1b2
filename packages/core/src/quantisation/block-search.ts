import { allZeros, type BlockFit, type Codes, nearestFit, rangeOf, squaredError } from './block-fit.js';
import { BLOCK } from './block-format.js';
import { clampCode, onGrid } from './block-grid.js';

/**
 * Codes that the range of a block is laid over, relative to all there are. Below 1 the grid is coarser than it must be, and may
 * meet the numbers better; above 1 the outermost numbers are cut off, that the others lie on a finer grid.
 */
const SPANS_4 = [0.875, 0.94, 1, 1.08];
/** In 8 bits there is little to gain. */
const SPANS_8 = [0.99, 1, 1.01];

/**
 * Searches scale and zero point that lose least, as the sum of squares over the block; never more than round-to-nearest. Each
 * candidate decides the codes, for which the best scale is known: with d = code - zero, scale = (x d) / (d d) leaves
 * (x x) - (x d)^2 / (d d). Numbers that lie on a grid of 4 bits are found to.
 */
export function searchFit(numbers: Float32Array, at: number, codes: Codes): BlockFit {
	const [low, high] = rangeOf(numbers, at);
	const nearest = nearestFit(codes, low, high);
	if (allZeros(Math.max(-low, high))) return nearest;
	const { max } = codes;
	const exact = max === 15 ? onGrid(numbers, at, codes, low, high) : undefined;
	const found = exact ?? refine(numbers, at, max, best(numbers, at, codes, low, high));
	return squaredError(numbers, at, found, max) < squaredError(numbers, at, nearest, max) ? found : nearest;
}

function best(numbers: Float32Array, at: number, { max, fixedZero }: Codes, low: number, high: number): BlockFit {
	const winner = { scale: 0, zero: 0, gain: -1 };
	for (const span of max === 15 ? SPANS_4 : SPANS_8) {
		if (fixedZero !== undefined) {
			// The number farthest from 0 goes to the side that has one code more: the scale may be negative.
			consider(numbers, at, max, (-low > high ? low : high) / -(fixedZero * span), fixedZero, winner);
			continue;
		}
		const scale = (high - low) / (max * span);
		// What is cut off, is cut off on both sides alike; both whole numbers beside the zero point that would do so.
		const zero = max / 2 - (low + high) / 2 / scale;
		consider(numbers, at, max, scale, clampCode(Math.floor(zero), max), winner);
		consider(numbers, at, max, scale, clampCode(Math.floor(zero) + 1, max), winner);
	}
	return winner;
}

/** Makes the codes of a candidate, with the scale that suits them, the winner if they leave less. */
function consider(
	numbers: Float32Array,
	at: number,
	max: number,
	scale: number,
	zero: number,
	winner: BlockFit & { gain: number },
): void {
	product(numbers, at, 1 / scale, zero, max);
	if (sums.xd * sums.xd <= winner.gain * sums.dd) return;
	winner.gain = (sums.xd * sums.xd) / sums.dd;
	winner.scale = sums.xd / sums.dd;
	winner.zero = zero;
}

/** Codes for the scale, and the scale for the codes, once more; as float32, which it is stored in. */
function refine(numbers: Float32Array, at: number, max: number, { scale, zero }: BlockFit): BlockFit {
	product(numbers, at, 1 / scale, zero, max);
	return { scale: Math.fround(sums.dd === 0 ? scale : sums.xd / sums.dd), zero };
}

/** Added and taken away, it rounds float64 numbers of less than 2^51 to whole ones. */
const TO_WHOLE = 1.5 * 2 ** 52;

/** Scratch of `product`, which is called some hundred million times for a large model. */
const sums = { xd: 0, dd: 0 };

function product(numbers: Float32Array, at: number, inverse: number, zero: number, max: number): void {
	let xd = 0;
	let dd = 0;
	const least = -zero;
	const most = max - zero;
	for (let i = at; i < at + BLOCK; i++) {
		const x = numbers[i]!;
		// codeOf without leaving floating point.
		let d = x * inverse + TO_WHOLE - TO_WHOLE;
		if (d < least) d = least;
		else if (d > most) d = most;
		xd += x * d;
		dd += d * d;
	}
	sums.xd = xd;
	sums.dd = dd;
}
