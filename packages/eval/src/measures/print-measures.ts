import { basename } from 'node:path';
import { formatTable } from '@steering/core/cli';
import { pythonFloat, settingsLabel } from '@steering/core/settings';
import type { Measured } from './measure.js';

/** A line a measure and multiplier; null, no finite number, is a dash. */
export function measuresTable(measured: readonly Measured[]): string {
	const several = new Set(measured.map(({ settings }) => settingsLabel(settings))).size > 1;
	const compared = measured.some(({ random }) => random !== undefined);
	return formatTable(
		measured.map(({ path, mult, measure, value, interval, n, random }) => ({
			...(several ? { file: basename(path) } : {}),
			...{ measure, mult: pythonFloat(mult), value: number(value), '95%': ends(interval), n },
			...(compared ? { random: number(random?.value), 'random 95%': ends(random?.interval) } : {}),
		})),
	);
}

function ends(interval: Measured['interval'] | undefined): string | undefined {
	return interval ? `${number(interval[0])} to ${number(interval[1])}` : undefined;
}

function number(value: number | null | undefined): string | undefined {
	if (value === null || value === undefined) return undefined;
	return Math.abs(value) >= 1e5 ? value.toExponential(2) : value.toFixed(3);
}
