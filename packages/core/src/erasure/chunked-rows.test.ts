import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestArray } from '../../test/longest-array.js';
import { gaussians } from '../../test/random-problem.js';
import {
	type ChunkedRows,
	fitBinaryLeace,
	fitLogOdds,
	fitQuadratic,
	fitQuadraticLda,
	MeanDifferenceFitter,
	meanDifference,
	type RowSource,
} from './index.js';
import { PASS } from './linear-algebra/product.js';

interface Whole {
	data: Float32Array;
	rows: number;
	width: number;
}

function random(rows: number, width: number, seed: number): Whole {
	return { data: Float32Array.from({ length: rows * width }, gaussians(seed)), rows, width };
}

/** The same rows in chunks whose sizes come again and again, empty ones too. */
function inChunks({ data, rows, width }: Whole, sizes: readonly number[]): ChunkedRows {
	return {
		rows,
		width,
		*chunks() {
			for (let from = 0, turn = 0; from < rows; turn++) {
				const to = from + sizes[turn % sizes.length]!;
				yield data.subarray(from * width, to * width);
				from = to;
			}
		},
	};
}

const FITS: Record<string, (positives: RowSource, negatives: RowSource) => unknown> = {
	leace: (positives, negatives) => fitBinaryLeace(positives, negatives),
	orth: (positives, negatives) => fitBinaryLeace(positives, negatives, { method: 'orth' }),
	'log-odds': (positives) => fitLogOdds(positives, Float64Array.from({ length: positives.rows }, gaussians(3))),
	quad: (positives, negatives) => {
		const { classes } = fitQuadratic(positives, negatives);
		return classes.map(({ count, mean, covariance: { core, rest } }) => ({ count, mean, core, rest }));
	},
	quadlda: (positives, negatives) => {
		const { editor, lda, threshold } = fitQuadraticLda(positives, negatives);
		return { lda, threshold, map: editor.map(0, 1).toGraphMap() };
	},
};

// More rows than one pass of a product at times, and fewer than dimensions at others.
const rows = fc.oneof(
	fc.integer({ min: 2, max: 12 }),
	fc.integer({ min: PASS - 2, max: PASS + 2 }),
	fc.integer({ min: 2 * PASS - 2, max: 2 * PASS + 2 }),
);
const shapes = fc.record({ positives: rows, negatives: rows, width: fc.integer({ min: 1, max: 14 }), seed: fc.nat() });
const sizes = fc
	.array(fc.oneof(fc.nat(5), fc.nat(2 * PASS)), { minLength: 1, maxLength: 4 })
	.filter((all) => all.some((size) => size > 0));

describe('rows in chunks of any size give what all rows at once give, bit for bit', () => {
	it.each(Object.entries(FITS))('%s', (_, fit) => {
		fc.assert(
			fc.property(shapes, sizes, ({ positives, negatives, width, seed }, chunks) => {
				const [high, low] = [random(positives, width, seed), random(negatives, width, seed + 1)];
				expect(fit(inChunks(high, chunks), inChunks(low, chunks))).toStrictEqual(fit(high, low));
			}),
			{ numRuns: 40 },
		);
	});

	it('the mean difference, also of one row', () => {
		const counts = fc.record({ high: fc.integer({ min: 1, max: 40 }), low: fc.integer({ min: 1, max: 40 }) });
		fc.assert(
			fc.property(counts, fc.integer({ min: 1, max: 9 }), sizes, fc.nat(), (count, width, chunks, seed) => {
				const [high, low] = [random(count.high, width, seed), random(count.low, width, seed + 1)];
				const fitter = new MeanDifferenceFitter(width);
				for (const chunk of inChunks(low, chunks).chunks()) fitter.update('negatives', chunk as Float32Array);
				for (const chunk of inChunks(high, chunks).chunks()) fitter.update('positives', chunk as Float32Array);
				expect(fitter.fit()).toStrictEqual(meanDifference(high, low));
			}),
		);
	});
});

describe('memory does not grow with the number of rows', () => {
	const WIDTH = 24;
	const CHUNK = 100;

	/** Rows that are nowhere in memory: made as they are read. */
	function endless(count: number, seed: number): ChunkedRows {
		return {
			rows: count,
			width: WIDTH,
			*chunks() {
				const next = gaussians(seed);
				for (let done = 0; done < count; done += CHUNK) {
					yield Float32Array.from({ length: Math.min(CHUNK, count - done) * WIDTH }, next);
				}
			},
		};
	}

	it.each(Object.entries(FITS))('%s holds as many rows of 1500 examples as of 6000', async (_, fit) => {
		const longest = (count: number) => longestArray(() => fit(endless(count, 1), endless(count, 2)));
		expect(await longest(1500)).toBe(PASS * WIDTH);
		expect(await longest(6000)).toBe(PASS * WIDTH);
	});
});

describe('chunks that are not what they say', () => {
	const good = random(6, 4, 1);
	const bad = (more: Partial<ChunkedRows>, name = 'A') => ({ ...inChunks(good, [2]), ...more, name });

	it.each<[string, ChunkedRows, string]>([
		['fewer rows', bad({ rows: 7 }), 'A: 24 numbers, not 7 x 4'],
		['another width', bad({ width: 3, rows: 8 }), 'A: 3 wide, 4 expected'],
		['no rows', bad({ rows: 0, chunks: () => [] }), 'A: 0 examples, 2 at least'],
		['one row', bad({ rows: 1, chunks: () => [good.data.slice(0, 4)] }), 'A: 1 example, 2 at least'],
		[
			'NaN in a later chunk',
			bad({ chunks: () => [good.data.slice(0, 8), good.data.slice(8).fill(Number.NaN, 5)] }),
			'A: NaN in row 3',
		],
	])('%s', (_, rows, message) => {
		for (const fit of [fitBinaryLeace, fitQuadratic, fitQuadraticLda]) expect(() => fit(good, rows)).toThrow(message);
	});

	it('the same numbers in every row', () => {
		const same = bad({ chunks: () => [good.data.slice(0, 8).fill(0.1), good.data.slice(8).fill(0.1)] });
		expect(() => fitBinaryLeace(same, same)).toThrow('A: the same numbers in every row');
		for (const fit of [fitQuadratic, fitQuadraticLda]) expect(() => fit(good, same)).toThrow('A: the same numbers');
	});

	it('no rows of a mean difference', () => {
		expect(() => new MeanDifferenceFitter(4).update('positives', good.data).fit()).toThrow('the negatives: NaN');
	});
});
