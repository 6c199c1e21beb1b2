import { logger, Warn } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { expect } from 'vitest';
import { headlessView } from '../src/drawing/render.js';

type Box = { text: string; x1: number; y1: number; x2: number; y2: number };
/** What vega's scene graph holds, of which its types say little. */
interface Mark {
	marktype: string;
	items: {
		x?: number;
		y?: number;
		text?: string | string[];
		opacity?: number;
		bounds: Omit<Box, 'text'>;
		items?: Mark[];
	}[];
}

/** The boxes of all text, in pixels of the picture. */
function textBoxes({ marktype, items }: Mark, x: number, y: number): Box[] {
	return items.flatMap((item) => {
		if (item.items) return item.items.flatMap((mark) => textBoxes(mark, x + (item.x ?? 0), y + (item.y ?? 0)));
		// Labels of an axis that would overlap stay in the graph, invisible.
		if (marktype !== 'text' || !item.text?.length || item.opacity === 0) return [];
		const { x1, y1, x2, y2 } = item.bounds;
		return [{ text: String(item.text), x1: x + x1, y1: y + y1, x2: x + x2, y2: y + y2 }];
	});
}

/** Draws a specification and expects no warning from vega, no two texts that overlap and none outside of the picture. */
export async function expectLegibleText(spec: TopLevelSpec): Promise<void> {
	const warnings: unknown[] = [];
	const strict = logger(Warn);
	strict.warn = (...message: readonly unknown[]) => {
		warnings.push(...message);
		return strict;
	};
	const view = await headlessView(spec, strict).runAsync();
	const [left, top] = view.origin();
	const boxes = textBoxes((view.scenegraph() as unknown as { root: Mark }).root, left, top);
	for (const [i, a] of boxes.entries()) {
		expect(a.x1, a.text).toBeGreaterThanOrEqual(0);
		expect(a.y1, a.text).toBeGreaterThanOrEqual(0);
		for (const b of boxes.slice(i + 1)) {
			const apart = a.x2 <= b.x1 || b.x2 <= a.x1 || a.y2 <= b.y1 || b.y2 <= a.y1;
			expect(apart, `${a.text} | ${b.text}`).toBe(true);
		}
	}
	const svg = await view.toSVG();
	const [width, height] = [/width="(\d+)"/, /height="(\d+)"/].map((size) => Number(size.exec(svg)![1]));
	for (const box of boxes) expect(box.x2 <= width! && box.y2 <= height!, box.text).toBe(true);
	expect(boxes.length).toBeGreaterThan(5);
	view.finalize();
	expect(warnings).toEqual([]);
}
