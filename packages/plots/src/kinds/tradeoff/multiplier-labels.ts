import { textWidth } from '../../drawing/text-width.js';
import type { Theme } from '../../drawing/theme.js';
import type { CostAxis } from './cost-axis.js';
import { type LabelWish, placeLabels } from './place-labels.js';
import type { TradeoffPoint } from './tradeoff-points.js';

const LABEL_SIZE = 11;
/** Half the side of the ring or of the widest mark. */
const RADIUS = 7;

/** Points this near each other, in pixels, are one to the eye. */
const SAME = 4;

export interface Frame {
	size: { width: number; height: number };
	/** The highest score there is. */
	top: number;
	/** Whether it carries the title of the scores' axis. */
	first: boolean;
}

/** The multipliers beside their points; one whose label finds no room goes without. */
export function multiplierLabels(
	points: readonly TradeoffPoint[],
	axis: CostAxis,
	{ size, top }: Frame,
	theme: Theme,
): object[] {
	const height = (score: number) => size.height * (1 - score / top);
	const at = ({ cost, figure }: TradeoffPoint) => ({ x: axis.pixels(cost), y: height(figure.mean) });
	const isTwin = (a: TradeoffPoint, b: TradeoffPoint) => a.mult === b.mult && Math.abs(at(a).y - at(b).y) < SAME;
	// Where the lines meet at a multiplier, one label stands for both.
	const labelled = points.filter((point, index) => !points.slice(0, index).some((other) => isTwin(point, other)));
	const order = labelled.sort((a, b) => rank(a, points) - rank(b, points));
	const wishes = order.map(
		(point): LabelWish => ({ ...at(point), width: textWidth(multText(point.mult), LABEL_SIZE, 600) + 2 }),
	);
	const segments = points.flatMap((point) => {
		const next = points.find((other) => other.line === point.line && other.mult > point.mult);
		return next ? [[at(point), at(next)] as const] : [];
	});
	const spreads = points.flatMap(({ cost, interval = [cost, cost], figure }) => {
		const [x, y] = [axis.pixels(cost), height(figure.mean)];
		const across = interval.map((end) => ({ x: axis.pixels(end), y }));
		const upright = [figure.q25, figure.q75].map((end) => ({ x, y: height(end) }));
		return [[across[0]!, across[1]!] as const, [upright[0]!, upright[1]!] as const];
	});
	const area = { x1: 0, y1: 0, x2: size.width, y2: size.height };
	const places = placeLabels(wishes, {
		area,
		radius: RADIUS,
		points: points.map(at),
		segments: [...segments, ...spreads],
	});
	return order.flatMap((point, index) => {
		const place = places[index];
		if (!place) return [];
		const { mult, line } = point;
		const shared = points.some((other) => other !== point && isTwin(point, other));
		const color = shared ? theme.ink.text : theme.lines[line].color;
		const font = { fontSize: LABEL_SIZE, fontWeight: 600, align: 'center', baseline: 'middle' };
		return {
			data: { values: [{}] },
			mark: { type: 'text', text: multText(mult), color, ...font },
			encoding: { x: { value: place.x }, y: { value: place.y } },
		};
	});
}

/** Who chooses a place first: the unsteered point, then the ends, then the others from both ends inwards. */
function rank({ mult }: TradeoffPoint, points: readonly TradeoffPoint[]): number {
	if (mult === 0) return -1;
	const mults = [...new Set(points.map((point) => point.mult))];
	const index = mults.indexOf(mult);
	return Math.min(index, mults.length - 1 - index);
}

/** Four significant digits and a minus sign, as the axes of multipliers have them. */
const multText = (mult: number) => String(Number(mult.toPrecision(4)) + 0).replaceAll('-', '−');
