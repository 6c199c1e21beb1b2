import { describe, expect, it } from 'vitest';
import { longestArray } from '../../test/longest-array.js';
import { gaussians } from '../../test/random-problem.js';
import { fitBinaryLeace, fitLogOdds, fitQuadratic, fitQuadraticLda, type Rows } from './index.js';
import { momentsOf } from './moments.js';

const HALF = 8;

/** Noise: what it costs does not depend on what it means. */
function classOf(seed: number, width: number): Rows & { data: Float64Array } {
	const next = gaussians(seed);
	return { data: Float64Array.from({ length: HALF * width }, next), rows: HALF, width };
}

const FITS: [string, (positives: Rows, negatives: Rows) => unknown][] = [
	['leace', (positives, negatives) => fitBinaryLeace(positives, negatives).eraser.toLowRankMap()],
	['leace without shrinkage', (positives, negatives) => fitBinaryLeace(positives, negatives, { shrinkage: false })],
	['orth', (positives, negatives) => fitBinaryLeace(positives, negatives, { method: 'orth' })],
	[
		'log-odds',
		(positives) =>
			fitLogOdds(
				positives,
				Float64Array.from({ length: HALF }, (_, i) => i * i),
			),
	],
	['quad', (positives, negatives) => fitQuadratic(positives, negatives).map(2, 1).toGraphMap()],
	['quadlda', (positives, negatives) => fitQuadraticLda(positives, negatives).editor.map(0, 1).toGraphMap()],
];

describe('at a width whose square no array can hold', () => {
	const WIDTH = 120_000;

	it.each([
		['Float64Array', Float64Array],
		['Float32Array', Float32Array],
		['Uint8Array', Uint8Array],
		['Array', Array],
	])('%s cannot', (_, List) => {
		expect(() => new List(WIDTH * WIDTH)).toThrow(RangeError);
	});

	it('the form for more examples than dimensions cannot either: it makes the (D, D) scatter', () => {
		const { data, rows } = classOf(1, WIDTH);
		const labels = { data: Float64Array.from({ length: rows }, (_, i) => i), rows, columns: 1 };
		expect(() => momentsOf([{ data, rows, width: WIDTH }], labels)).toThrow(RangeError);
	});

	it.each(FITS)('%s of few examples can', (_, fit) => {
		expect(fit(classOf(1, WIDTH), classOf(2, WIDTH))).toBeTruthy();
	});
});

describe('memory is that of the data', () => {
	const WIDTH = 1200;

	it('the watch sees a (D, D) matrix, whoever makes it', async () => {
		const { data, rows } = classOf(1, 300);
		const labels = { data: new Float64Array(rows), rows, columns: 1 };
		expect(await longestArray(() => momentsOf([{ data, rows, width: 300 }], labels))).toBe(300 ** 2);
		expect(await longestArray(() => new Float32Array(300 ** 2))).toBe(300 ** 2);
		expect(await longestArray(() => Float32Array.from({ length: 300 ** 2 }))).toBe(300 ** 2);
	});

	it.each(FITS)('%s on fewer examples than dimensions makes nothing larger than the data', async (_, fit) => {
		const [positives, negatives] = [classOf(1, WIDTH), classOf(2, WIDTH)];
		expect(await longestArray(() => fit(positives, negatives))).toBeLessThanOrEqual(2 * HALF * WIDTH);
	});
});
