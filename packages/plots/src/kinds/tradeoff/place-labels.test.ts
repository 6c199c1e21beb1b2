import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LABEL_HEIGHT, placeLabels } from './place-labels.js';

const area = { x1: 0, y1: 0, x2: 400, y2: 300 };
const wish = fc.record({
	x: fc.integer({ min: 0, max: 400 }),
	y: fc.integer({ min: 0, max: 300 }),
	width: fc.integer({ min: 5, max: 60 }),
});

it('keeps labels apart, off every point and in the area', () => {
	fc.assert(
		fc.property(fc.array(wish, { maxLength: 40 }), (wishes) => {
			const places = placeLabels(wishes, { area, radius: 6, points: wishes, segments: [] });
			const boxes = places.flatMap((place, index) => {
				const half = wishes[index]!.width / 2;
				return place ? [{ x1: place.x - half, x2: place.x + half, y1: place.y - 7, y2: place.y + 7 }] : [];
			});
			for (const [i, a] of boxes.entries()) {
				expect(a.x1 >= 0 && a.x2 <= 400 && a.y1 >= 0 && a.y2 <= 300).toBe(true);
				for (const b of boxes.slice(i + 1)) {
					expect(a.x2 <= b.x1 || b.x2 <= a.x1 || a.y2 <= b.y1 || b.y2 <= a.y1).toBe(true);
				}
				for (const { x, y } of wishes) {
					expect(x + 6 <= a.x1 || x - 6 >= a.x2 || y + 6 <= a.y1 || y - 6 >= a.y2).toBe(true);
				}
			}
		}),
	);
});

it('labels a lone point above it, below at the top edge, and beside the line that it can avoid', () => {
	const place = (y: number, segments: Parameters<typeof placeLabels>[1]['segments'] = []) =>
		placeLabels([{ x: 200, y, width: 20 }], { area, radius: 6, points: [{ x: 200, y }], segments })[0];
	expect(place(150)!.y).toBeLessThan(150 - LABEL_HEIGHT / 2);
	expect(place(0)!.y).toBeGreaterThan(LABEL_HEIGHT / 2);
	const upright = [
		{ x: 200, y: 0 },
		{ x: 200, y: 300 },
	] as const;
	expect(Math.abs(place(150, [upright])!.x - 200)).toBeGreaterThan(10);
});
