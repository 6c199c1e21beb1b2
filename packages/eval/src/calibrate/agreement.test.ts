import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreement, type GradeAgreement, type Judged, type YesNoAgreement } from './agreement.js';
import { rankCorrelation } from './rank-correlation.js';

const judged = (pairs: [label: boolean | number, said: Judged['said']][], behavior: Judged['behavior']): Judged[] =>
	pairs.map(([label, said], i) => ({ behavior, question: `Q${i}`, answer: 'A', label, said }));

describe('agreement', () => {
	it('of yes and no: accuracy, and what was said of each label', () => {
		const pairs: [boolean, boolean | null][] = [
			[true, true],
			[true, true],
			[true, false],
			[false, false],
			[false, null],
		];
		const report = agreement(null, judged(pairs, null)) as YesNoAgreement;
		expect(report).toMatchObject({ behavior: null, n: 5, nulls: 1, accuracy: { value: 3 / 5 } });
		expect(report.confusion).toEqual({ yes: { yes: 2, no: 1, none: 0 }, no: { yes: 0, no: 1, none: 1 } });
	});

	it('of grades: exact, within one, distance and order', () => {
		const pairs: [number, number | null][] = [
			[0, 0],
			[3, 4],
			[5, 8],
			[10, 9],
			[7, null],
		];
		const report = agreement('sycophancy', judged(pairs, 'sycophancy')) as GradeAgreement;
		expect(report).toMatchObject({ behavior: 'sycophancy', n: 5, nulls: 1 });
		// No answer is a wrong one, but no distance.
		expect(report.exact.value).toBeCloseTo(1 / 5, 12);
		expect(report.within1.value).toBeCloseTo(3 / 5, 12);
		expect(report.meanAbsoluteError.value).toBeCloseTo((0 + 1 + 3 + 1) / 4, 12);
		expect(report.spearman.value).toBeCloseTo(1, 12);
		for (const { value, interval } of [report.exact, report.within1, report.meanAbsoluteError, report.spearman]) {
			expect(interval![0]).toBeLessThanOrEqual(value! + 1e-9);
			expect(interval![1]).toBeGreaterThanOrEqual(value! - 1e-9);
		}
	});

	it('of a judge that says nothing, or always the same', () => {
		const silent = agreement('refusal', judged([[1, null]], 'refusal')) as GradeAgreement;
		expect(silent).toMatchObject({
			exact: { value: 0 },
			meanAbsoluteError: { value: null },
			spearman: { value: null },
		});
		const constant = judged(
			[
				[1, 5],
				[9, 5],
			],
			'refusal',
		);
		expect(agreement('refusal', constant)).toMatchObject({ spearman: { value: null }, exact: { value: 0 } });
		expect(agreement('refusal', [])).toMatchObject({ n: 0, exact: { value: null } });
	});
});

describe('rank correlation', () => {
	it('of pairs worked out by hand, with ties', () => {
		// Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: covariance 4.5, variances 4.5 and 5.
		const pairs = [
			[1, 10],
			[2, 30],
			[2, 20],
			[3, 40],
		] as const;
		expect(rankCorrelation(pairs)).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
	});

	it('depends on the order alone, and turns round with it', () => {
		const pair = fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 }));
		fc.assert(
			fc.property(fc.array(pair, { minLength: 2, maxLength: 20 }), (pairs) => {
				const given = rankCorrelation(pairs);
				const curved = rankCorrelation(pairs.map(([x, y]) => [Math.exp(x), y ** 3]));
				const turned = rankCorrelation(pairs.map(([x, y]) => [x, -y]));
				if (given === undefined) {
					expect([curved, turned]).toEqual([undefined, undefined]);
					return;
				}
				expect(curved).toBeCloseTo(given, 10);
				expect(turned).toBeCloseTo(-given, 10);
				expect(Math.abs(given)).toBeLessThanOrEqual(1 + 1e-12);
			}),
		);
	});
});
