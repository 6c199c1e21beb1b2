import type { NamedSettings } from '@steering/core/settings';
import { FONT_SIZE, SIZE } from './theme.js';

/** Ticks closer than this, in pixels, would have touching labels. */
const MIN_TICK_GAP = 3.2 * FONT_SIZE.tick;

/**
 * Where the axis of multipliers begins and ends. The reference fixes it for the `prompts` data set (SPEC 1.12) and cuts
 * off what lies outside; here its limits widen to hold every multiplier. Otherwise: the multipliers and 5% at each end.
 */
export function xDomain(
	settings: Pick<NamedSettings, 'dataset' | 'residual' | 'layer'>,
	mults: readonly number[],
): [number, number] {
	const low = Math.min(...mults);
	const high = Math.max(...mults);
	const margin = low === high ? Math.max(0.5, Math.abs(low) / 2) : (high - low) / 20;
	const limits = referenceLimits(settings);
	if (!limits) return [low - margin, high + margin];
	return [low < limits[0] ? low - margin : limits[0], high > limits[1] ? high + margin : limits[1]];
}

function referenceLimits({
	dataset,
	residual,
	layer,
}: Pick<NamedSettings, 'dataset' | 'residual' | 'layer'>): [number, number] | undefined {
	if (dataset !== 'prompts') return undefined;
	if (residual) return [-1.5, 1];
	return layer === 'all' ? [-0.25, 0.2] : undefined;
}

/** The multipliers themselves where their labels have room, else undefined: round numbers do better. */
export function xTicks(
	mults: readonly number[],
	domain: readonly [number, number],
	width: number = SIZE.width,
): number[] | undefined {
	return smallestGap(mults, domain, width) < MIN_TICK_GAP ? undefined : distinct(mults);
}

/** The axis of multipliers, as an encoding. @param count ticks at round numbers, where the multipliers have no room */
export function multiplierEncoding(
	domain: readonly [number, number],
	ticks: readonly number[] | undefined,
	count = 9,
): object {
	return {
		field: 'mult',
		type: 'quantitative',
		title: 'Steering multiplier',
		scale: { domain, nice: false, zero: false },
		axis: { format: '.4~g', ...(ticks ? { values: ticks } : { tickCount: count }) },
	};
}

/** How large points may be: 1 with room for them, smaller where many multipliers crowd. */
export function pointScale(mults: readonly number[], domain: readonly [number, number]): number {
	const span = Math.max(...mults) - Math.min(...mults);
	const spacing = (SIZE.width * (span / (domain[1] - domain[0]) || 1)) / distinct(mults).length;
	return Math.min(1, Math.max(0.6, spacing / 18));
}

/** Pixels between the two nearest multipliers. */
function smallestGap(mults: readonly number[], [low, high]: readonly [number, number], width: number): number {
	const gaps = distinct(mults).map((mult, index, all) =>
		index === 0 ? Number.POSITIVE_INFINITY : mult - all[index - 1]!,
	);
	return (Math.min(...gaps) * width) / (high - low);
}

/** Ascending, without repetitions (-0.0 is 0.0 here). */
const distinct = (mults: readonly number[]) => [...new Set(mults.map((mult) => mult + 0))].sort((a, b) => a - b);
