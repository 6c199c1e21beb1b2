import { basename } from 'node:path';
import type { MeasureName } from '@steering/core/artifacts';
import type { NamedSettings } from '@steering/core/settings';
import type { Line } from '../../drawing/theme.js';
import type { Figure } from '../../responses/figures.js';
import type { MeasuredFile } from '../../responses/measure-files.js';
import type { ScoredSet } from '../../responses/scored-sets.js';
import { lineOf } from '../mean-band/mean-band-layers.js';

/** Costs of steering, the preferred ones first: of the model itself, else of its replies. */
const COSTS = [
	['kl', 'ppl'],
	['self_ppl', 'repetition'],
] as const satisfies MeasureName[][];
export type Cost = (typeof COSTS)[number][number];

/** What one multiplier costs and brings, for the prompts of one line. */
export interface TradeoffPoint {
	mult: number;
	line: Line;
	cost: number;
	/** 95% bootstrap interval of the cost; absent where the file has none. */
	interval?: [number, number] | undefined;
	figure: Figure;
}

export interface CostPanel {
	cost: Cost;
	/** By ascending multiplier. */
	points: TradeoffPoint[];
}

export interface Tradeoff {
	settings: NamedSettings;
	/** KL and perplexity where there are any, else repetition and self-perplexity. */
	panels: CostPanel[];
	sources: string[];
}

/** Scores and costs of one settings where both are known. @param onNote told of multipliers with only one of them */
export function tradeoffOf(
	{ settings, files }: ScoredSet,
	measured: readonly MeasuredFile[],
	onNote: (note: string) => void,
): Tradeoff {
	const costs = COSTS.map((names) => names.filter((name) => measured.some(({ content }) => content.measures[name])));
	const present = costs.find((names) => names.length > 0) ?? [];
	const mults = (of: readonly { mult: number }[]) => of.map(({ mult }) => mult);
	noteOnly('scores, no measures of cost', without(mults(files), mults(measured.filter(hasAny(present)))), onNote);
	noteOnly('measures, no scores', without(mults(measured.filter(hasAny(present))), mults(files)), onNote);
	const panels = present.map((cost) => ({
		cost,
		points: files.flatMap(({ mult, figures }) =>
			pointsAt(
				cost,
				figures,
				measured.find((file) => file.mult === mult),
				onNote,
			),
		),
	}));
	const used = new Set(panels.flatMap(({ points }) => mults(points)));
	const sources = [...files, ...measured].filter(({ mult }) => used.has(mult)).map(({ path }) => basename(path));
	return { settings, panels: panels.filter(({ points }) => points.length > 0), sources };
}

const hasAny =
	(costs: readonly Cost[]) =>
	({ content }: MeasuredFile): boolean =>
		costs.some((cost) => content.measures[cost]);

function pointsAt(
	cost: Cost,
	figures: readonly Figure[],
	file: MeasuredFile | undefined,
	onNote: (note: string) => void,
): TradeoffPoint[] {
	const record = file?.content.measures[cost];
	if (!file || !record) return [];
	const { value, interval } = record;
	if (value === null) {
		onNote(`${file.path}: ${cost} is no finite number, left out`);
		return [];
	}
	return figures.map((figure) => {
		return { mult: figure.mult, line: lineOf(figure), cost: value, ...(interval ? { interval } : {}), figure };
	});
}

const without = (mults: readonly number[], others: readonly number[]) => mults.filter((mult) => !others.includes(mult));

function noteOnly(what: string, mults: readonly number[], onNote: (note: string) => void): void {
	if (mults.length > 0)
		onNote(`${what}, left out: ${mults.length === 1 ? 'multiplier' : 'multipliers'} ${mults.join(' ')}`);
}
