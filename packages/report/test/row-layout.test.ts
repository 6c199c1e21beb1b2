import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	canvasHeight,
	listHeight,
	listTopShowing,
	listToScroll,
	MAX_CANVAS,
	type RowLayout,
	rowAt,
	rowHeight,
	rowTop,
	scrollToList,
	visibleRows,
} from '../src/page/replies/row-layout.js';

const layout: fc.Arbitrary<RowLayout> = fc
	.record({
		rows: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1_000_000 })),
		rowHeight: fc.integer({ min: 20, max: 300 }),
		expanded: fc.integer({ min: -1, max: 49 }),
		taller: fc.integer({ min: 0, max: 5000 }),
		viewport: fc.integer({ min: 100, max: 2000 }),
	})
	.map(({ taller, ...rest }) => ({
		...rest,
		expanded: Math.min(rest.expanded, rest.rows - 1),
		expandedHeight: rest.rowHeight + taller,
	}));
const row = (of: RowLayout, n: number) => n % of.rows;

test('the row at any of its pixels is the row', () => {
	fc.assert(
		fc.property(layout, fc.nat(), fc.double({ min: 0, max: 0.999, noNaN: true }), (of, n, part) => {
			const index = row(of, n);
			expect(rowAt(of, rowTop(of, index) + part * rowHeight(of, index))).toBe(index);
		}),
	);
});

test('rows follow one another without gaps to the end of the list', () => {
	fc.assert(
		fc.property(layout, fc.nat(), (of, n) => {
			const index = row(of, n);
			const next = index === of.rows - 1 ? listHeight(of) : rowTop(of, index + 1);
			expect(next - rowTop(of, index)).toBe(rowHeight(of, index));
		}),
	);
});

test('each row can be brought into view, and is drawn there', () => {
	fc.assert(
		fc.property(layout, fc.nat(), fc.nat(), (of, n, from) => {
			const index = row(of, n);
			const top = listTopShowing(of, index, from % listHeight(of));
			const [first, last] = visibleRows(of, top);
			expect(index).toBeGreaterThanOrEqual(first);
			expect(index).toBeLessThanOrEqual(last);
			expect(last - first).toBeLessThanOrEqual(of.viewport / of.rowHeight + 8);
		}),
	);
});

test('the canvas is bounded, and its end is the end of the list', () => {
	fc.assert(
		fc.property(layout, (of) => {
			expect(canvasHeight(of)).toBeLessThanOrEqual(MAX_CANVAS);
			fc.pre(listHeight(of) > of.viewport);
			const end = scrollToList(of, canvasHeight(of) - of.viewport);
			expect(end).toBeCloseTo(listHeight(of) - of.viewport, 3);
			expect(listToScroll(of, end)).toBeCloseTo(canvasHeight(of) - of.viewport, 3);
		}),
	);
});

test('an empty list draws nothing', () => {
	expect(visibleRows({ rows: 0, rowHeight: 20, expanded: -1, expandedHeight: 0, viewport: 500 }, 0)).toEqual([0, -1]);
});
