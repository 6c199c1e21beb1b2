import type { BenchContext } from '../job.js';
import { type Spread, spreadOf } from '../ratios.js';

/** What something costs as a size grows. */
export interface Curve {
	name: string;
	title: string;
	x: string;
	y: string;
	points: CurvePoint[];
}

export interface CurvePoint {
	x: number;
	/** Of several lines in one panel; '' for the only one. */
	series: string;
	value: Spread;
}

export interface CurveTask {
	x: number;
	series?: string;
	measure(): Promise<number>;
}

/** Every point once a round, so that a busy minute of the machine does not fall on one of them alone. */
export async function drawThrough(
	head: Omit<Curve, 'points'>,
	tasks: readonly CurveTask[],
	{ rounds, signal, onNote }: BenchContext,
): Promise<Curve> {
	const values: number[][] = tasks.map(() => []);
	for (let round = 1; round <= rounds; round++) {
		for (const [i, { x, series, measure }] of tasks.entries()) {
			signal?.throwIfAborted();
			const value = await measure();
			values[i]!.push(value);
			onNote(
				`${head.name}, round ${round}: ${series ? `${series}, ` : ''}${head.x} ${x}: ${value.toPrecision(3)} ${head.y}`,
			);
		}
	}
	return { ...head, points: tasks.map(({ x, series = '' }, i) => ({ x, series, value: spreadOf(values[i]!) })) };
}
