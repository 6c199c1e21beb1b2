/** A rectangle in pixels, y downwards. */
export interface Box {
	x1: number;
	y1: number;
	x2: number;
	y2: number;
}

export interface LabelWish {
	/** The point that is labelled. */
	x: number;
	y: number;
	width: number;
}

export interface Obstacles {
	/** Labels stay within. */
	area: Box;
	/** Half the side of a point's mark. */
	radius: number;
	/** All points, labelled or not. */
	points: readonly { x: number; y: number }[];
	/** Lines between points: better not crossed, but a label that crosses one is better than none. */
	segments: readonly (readonly [{ x: number; y: number }, { x: number; y: number }])[];
}

export const LABEL_HEIGHT = 14;
/** Pixels between a label and anything else. */
const APART = 2;
/** Directions in the order of preference, up being negative. */
const DIRECTIONS = [
	[0, -1],
	[0, 1],
	[1, -1],
	[-1, -1],
	[1, 1],
	[-1, 1],
	[1, 0],
	[-1, 0],
] as const;

/**
 * Middles of labels beside their points, without overlap; undefined for a label that finds no room. Greedy, the first wish
 * first: enough for the dozen points of a line, and the same wishes always find the same places.
 */
export function placeLabels(
	wishes: readonly LabelWish[],
	obstacles: Obstacles,
): ({ x: number; y: number } | undefined)[] {
	const taken: Box[] = [];
	return wishes.map((wish) => {
		const free = candidates(wish, obstacles).filter(({ box }) => isFree(box, taken, obstacles));
		const crossings = free.map(({ box }) => obstacles.segments.filter((segment) => crosses(segment, box)).length);
		const best = free[crossings.indexOf(Math.min(...crossings))];
		if (!best) return undefined;
		taken.push(best.box);
		return { x: best.x, y: best.y };
	});
}

function candidates({ x, y, width }: LabelWish, { radius }: Obstacles) {
	return [APART, APART + 7].flatMap((gap) =>
		DIRECTIONS.map(([dx, dy]) => {
			const middle = {
				x: x + dx * (width / 2 + (dy === 0 ? radius + gap : gap)),
				y: y + dy * (LABEL_HEIGHT / 2 + radius + gap - 1),
			};
			return { ...middle, box: around(middle, width / 2, LABEL_HEIGHT / 2) };
		}),
	);
}

function isFree(box: Box, taken: readonly Box[], { area, radius, points }: Obstacles): boolean {
	const inside = box.x1 >= area.x1 && box.x2 <= area.x2 && box.y1 >= area.y1 && box.y2 <= area.y2;
	return (
		inside &&
		!taken.some((other) => overlaps(grown(box, APART), other)) &&
		!points.some((point) => overlaps(box, around(point, radius, radius)))
	);
}

const around = ({ x, y }: { x: number; y: number }, dx: number, dy: number): Box => {
	return { x1: x - dx, x2: x + dx, y1: y - dy, y2: y + dy };
};
const grown = ({ x1, y1, x2, y2 }: Box, by: number): Box => {
	return { x1: x1 - by, y1: y1 - by, x2: x2 + by, y2: y2 + by };
};
const overlaps = (a: Box, b: Box) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;

/** Whether a segment meets a box: what is left of it after clipping by each side (Liang and Barsky 1984). */
function crosses([from, to]: Obstacles['segments'][number], { x1, y1, x2, y2 }: Box): boolean {
	const [dx, dy] = [to.x - from.x, to.y - from.y];
	let [start, end] = [0, 1];
	for (const [step, room] of [
		[-dx, from.x - x1],
		[dx, x2 - from.x],
		[-dy, from.y - y1],
		[dy, y2 - from.y],
	] as const) {
		if (step === 0 && room < 0) return false;
		if (step < 0) start = Math.max(start, room / step);
		if (step > 0) end = Math.min(end, room / step);
	}
	return start <= end;
}
