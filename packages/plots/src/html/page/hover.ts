import type { Point } from './points.js';
import type { Tip, TipContent } from './tip.js';

export interface HoverInput {
	chart: HTMLElement;
	svg: SVGSVGElement;
	points: readonly Point[];
	tip: Tip;
}

/** Lets pointer, finger and arrow keys walk over a picture's points. Returns what ends it. */
export function hoverPoints({ chart, svg, points, tip }: HoverInput): () => void {
	if (points.length === 0) return () => {};
	const [ring, tipElement] = ['ring', 'tip'].map((id) => document.getElementById(id)!) as [HTMLElement, HTMLElement];
	const stop = new AbortController();
	let shown: Point | undefined;

	const hide = () => {
		shown = undefined;
		ring.hidden = true;
		tip.hide();
	};
	const show = (point: Point) => {
		shown = point;
		const at = new DOMPoint(point.x, point.y).matrixTransform(svg.getScreenCTM()!);
		ring.hidden = false;
		ring.style.left = `${at.x}px`;
		ring.style.top = `${at.y}px`;
		ring.style.color = point.color;
		tip.show(contentsAt(points, point), at);
	};
	const onPointer = (event: PointerEvent) => {
		if (!(event.target instanceof Element) || !svg.contains(event.target)) return hide();
		const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
		show(nearest(points, x, y));
	};
	const onKey = (event: KeyboardEvent) => {
		if (event.key === 'Escape') return hide();
		const next = neighbour(points, shown, event.key);
		if (!next) return;
		event.preventDefault();
		show(next);
	};
	const listen = { signal: stop.signal };
	chart.addEventListener('pointermove', onPointer, listen);
	chart.addEventListener('pointerdown', onPointer, listen);
	chart.addEventListener('keydown', onKey, listen);
	chart.addEventListener('blur', hide, listen);
	// A finger that is lifted leaves; what it tapped on stays, until another tap or until the page moves.
	chart.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && hide(), listen);
	// The tip is scrolled on narrow screens, and the focus stays on the picture.
	tipElement.addEventListener('mousedown', (event) => event.preventDefault(), listen);
	const outside = ({ target }: Event) => target instanceof Node && !tipElement.contains(target) && hide();
	addEventListener('pointerdown', (event) => chart.contains(event.target as Node) || outside(event), listen);
	addEventListener('scroll', outside, { ...listen, capture: true });
	addEventListener('resize', hide, listen);
	return () => {
		stop.abort();
		hide();
	};
}

/** Points this close, in pixels of the picture, cover each other. */
const COVERING = 6;

/** What is said of a point and of those it covers: where both lines are at 0% there are two. A reply each, then. */
export function contentsAt(points: readonly Point[], at: Point): TipContent[] {
	const covered = points.filter(({ x, y }) => Math.hypot(x - at.x, y - at.y) < COVERING);
	if (covered.length === 1) return [at.content];
	return covered.map(({ content }) => ({ ...content, examples: content.examples.slice(0, 1) }));
}

/** The nearest along x; of those above each other, the nearest in height. */
export function nearest(points: readonly Point[], x: number, y: number): Point {
	const distance = (point: Point) => Math.abs(point.x - x);
	const least = Math.min(...points.map(distance));
	// Points at one multiplier may stand a pixel apart.
	const column = points.filter((point) => distance(point) <= least + 1);
	return column.reduce((best, point) => (Math.abs(point.y - y) < Math.abs(best.y - y) ? point : best));
}

/** Left and right: the next column's nearest point; up and down: within the column. The first key shows the first point. */
export function neighbour(points: readonly Point[], from: Point | undefined, key: string): Point | undefined {
	if (!key.startsWith('Arrow')) return undefined;
	if (!from) return points.reduce((first, point) => (point.x < first.x ? point : first));
	const along = key === 'ArrowRight' || key === 'ArrowLeft';
	const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
	const ahead = points.filter((point) =>
		along ? (point.x - from.x) * sign > 1 : Math.abs(point.x - from.x) <= 1 && (point.y - from.y) * sign > 0,
	);
	if (ahead.length === 0) return from;
	return nearest(ahead, from.x, from.y);
}
