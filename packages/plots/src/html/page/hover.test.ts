import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentsAt, nearest, neighbour } from './hover.js';
import type { Point } from './points.js';

const content = { title: '', rows: [], examples: [] };
const points = fc.array(
	fc.record({
		x: fc.integer({ min: 0, max: 9 }).map((column) => 40 * column),
		y: fc.integer({ min: 0, max: 360 }),
		color: fc.constant('red'),
		content: fc.constant(content),
	}),
	{ minLength: 1, maxLength: 20 },
);
const place = fc.integer({ min: -50, max: 450 });

it('finds the nearest along x first, then in height', () => {
	fc.assert(
		fc.property(points, place, place, (all, x, y) => {
			const found = nearest(all, x, y);
			for (const other of all) {
				expect(Math.abs(found.x - x)).toBeLessThanOrEqual(Math.abs(other.x - x) + 1);
				if (other.x === found.x) expect(Math.abs(found.y - y)).toBeLessThanOrEqual(Math.abs(other.y - y));
			}
		}),
	);
});

it('reaches every point by keys, or shows it with one that covers it', () => {
	fc.assert(
		fc.property(points, (all) => {
			const seen = new Set<Point>();
			const queue = [neighbour(all, undefined, 'ArrowRight')!];
			for (let point = queue.pop(); point; point = queue.pop()) {
				if (seen.has(point)) continue;
				seen.add(point);
				for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) queue.push(neighbour(all, point, key)!);
			}
			const shown = [...seen].map(({ x, y }) => `${x} ${y}`);
			for (const { x, y } of all) expect(shown).toContain(`${x} ${y}`);
		}),
	);
	expect(neighbour([{ x: 0, y: 0, color: '', content }], undefined, 'Enter')).toBeUndefined();
});

it('names all points that cover each other, and no others', () => {
	const at = (x: number, y: number, title: string): Point => ({ x, y, color: '', content: { ...content, title } });
	const all = [at(0, 10, 'a'), at(0, 12, 'b'), at(0, 40, 'c')];
	expect(contentsAt(all, all[0]!).map(({ title }) => title)).toEqual(['a', 'b']);
	expect(contentsAt(all, all[2]!)).toEqual([all[2]!.content]);
});
