import type { Cost, TradeoffPoint } from './tradeoff-points.js';

export const COST_TITLES: Record<Cost, string> = {
	kl: 'KL divergence from the unsteered model (nats a token)',
	ppl: 'Perplexity of a neutral text',
	self_ppl: 'Perplexity of the replies, unsteered model',
	repetition: 'Repeated 4-grams in the replies',
};

/** Perplexities that span more than this are drawn on a logarithmic axis. */
const DECADE = 10;
/** Costs that differ by less are the same, but for rounding. */
const TINY = 1e-9;
/** Pixels at each end for points and their labels. */
const MARGIN = 22;

export interface CostAxis {
	log: boolean;
	domain: [number, number];
	/** Of a logarithmic axis: 1, 2 and 5 in each decade, the decades alone where there are many. */
	ticks?: number[];
	/** Pixels from the panel's left edge. */
	pixels: (cost: number) => number;
}

export function costAxis(cost: Cost, points: readonly TradeoffPoint[], width: number): CostAxis {
	const values = points.flatMap(({ cost, interval = [] }) => [cost, ...interval]);
	const [low, high] = [Math.min(...values), Math.max(...values)];
	const perplexity = cost === 'ppl' || cost === 'self_ppl';
	const log = perplexity && low > 0 && high / low > DECADE;
	const [map, back] = log ? [Math.log10, (value: number) => 10 ** value] : [same, same];
	const [from, to] =
		high - low < TINY ? [low > 0 ? low * 0.9 : 0, high + Math.max(0.1 * high, TINY)] : [map(low), map(high)];
	const margin = ((to - from) * MARGIN) / (width - 2 * MARGIN);
	const [start, end] = [from - margin, to + margin];
	return {
		log,
		domain: [back(start), back(end)],
		...(log ? { ticks: logTicks(start, end) } : {}),
		pixels: (value) => ((map(value) - start) / (end - start)) * width,
	};
}

/** @param start and `end`: decades */
function logTicks(start: number, end: number): number[] {
	const steps = end - start > 4 ? [1] : [1, 2, 5];
	const decades = Array.from({ length: Math.ceil(end) - Math.floor(start) }, (_, index) => Math.floor(start) + index);
	return decades
		.flatMap((decade) => steps.map((step) => step * 10 ** decade))
		.filter((tick) => Math.log10(tick) >= start && Math.log10(tick) <= end);
}

const same = (value: number) => value;
