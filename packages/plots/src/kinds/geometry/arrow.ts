import type { Point } from './layer-geometry.js';

/** Pixels of the head's two strokes, and their angle from the shaft in radians. */
const HEAD = { length: 9, angle: 0.5 };
/** Shorter than this, in pixels, an arrow is a blot. */
const SHORTEST = 6;

/** An arrow as strokes, on axes of one scale; none where its ends meet. @param unit of the axes in one pixel */
export function arrowStrokes(from: Point, to: Point, unit: number): [Point, Point][][] {
	const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
	const length = Math.hypot(dx, dy);
	if (!(length > SHORTEST * unit)) return [];
	const head = Math.min(HEAD.length * unit, length / 2);
	const back = Math.atan2(dy, dx) + Math.PI;
	const sides = [back - HEAD.angle, back + HEAD.angle].map((angle): [Point, Point] => [
		to,
		[to[0] + head * Math.cos(angle), to[1] + head * Math.sin(angle)],
	]);
	return [[[from, to], ...sides]];
}
