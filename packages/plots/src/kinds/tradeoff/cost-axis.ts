import type { Cost, TradeoffPoint } from './tradeoff-points.js';

export const COST_TITLES: Record<Cost, string> = {
	kl: 'KL divergence from the unsteered model (nats a token)',
	ppl: 'Perplexity of a neutral text',
	self_ppl: 'Perplexity of the replies, unsteered model',
	repetition: 'Repeated 4-grams in the replies',
};

/** Perplexities that span more than this are drawn on a logarithmic axis. */
const DECADE = 10;
/** Pixels at each end for points and their labels. */
const MARGIN = 22;

export interface CostAxis {
	log: boolean;
	domain: [number, number];
	/** Pixels from the panel's left edge. */
	pixels: (cost: number) => number;
	/** The cost at so many pixels. */
	cost: (pixels: number) => number;
}

export function costAxis(cost: Cost, points: readonly TradeoffPoint[], width: number): CostAxis {
	const values = points.flatMap(({ cost, interval = [] }) => [cost, ...interval]);
	const [low, high] = [Math.min(...values), Math.max(...values)];
	const perplexity = cost === 'ppl' || cost === 'self_ppl';
	const log = perplexity && low > 0 && high / low > DECADE;
	const [map, back] = log ? [Math.log10, (value: number) => 10 ** value] : [same, same];
	const [from, to] = low === high ? [map(low) - spare(low), map(high) + spare(high)] : [map(low), map(high)];
	const margin = ((to - from) * MARGIN) / (width - 2 * MARGIN);
	const [start, end] = [from - margin, to + margin];
	return {
		log,
		domain: [back(start), back(end)],
		pixels: (value) => ((map(value) - start) / (end - start)) * width,
		cost: (pixels) => back(start + (pixels / width) * (end - start)),
	};
}

const same = (value: number) => value;
const spare = (value: number) => Math.abs(value) / 10 || 0.1;
