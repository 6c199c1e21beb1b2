import { type Theme, titleBlock } from '@steering/plots';
import type { TopLevelSpec } from 'vega-lite';
import type { BenchRow, Spread } from '../ratios.js';
import { writePicture } from './write-picture.js';

const WIDTH = 520;
const ROW_HEIGHT = 46;

/** performance.png: each ratio with its spread beside its target. */
export function drawRatios(rows: readonly BenchRow[], folder: string): Promise<string[]> {
	return writePicture('performance', folder, (theme) => ratioSpec(rows, theme));
}

export function ratioSpec(rows: readonly BenchRow[], theme: Theme): TopLevelSpec {
	const { steered, cpu } = { steered: theme.series[0]!, cpu: theme.series[1]! };
	const loads = rows.flatMap(({ measured }) => (measured ? [measured.load.min, measured.load.max] : []));
	const load = loads.length === 0 ? [] : [`load ${Math.min(...loads).toFixed(0)} to ${Math.max(...loads).toFixed(0)}`];
	const marks = rows.flatMap((row) => [
		mark(row, row.ratio, 'time'),
		...(row.measured?.cpu ? [mark(row, row.measured.cpu, 'processor time')] : []),
	]);
	const y = {
		field: 'row',
		type: 'nominal' as const,
		// Layers of other data come in other orders.
		sort: rows.map(rowName),
		title: null,
		axis: { labelExpr: "split(datum.label, '|')", labelLimit: 400, labelLineHeight: 16, ticks: false, domain: false },
	};
	const offset = { field: 'clock', sort: ['time', 'processor time'] };
	const scale = { type: 'log' as const, nice: false, domain: domainOf(marks, rows) };
	const axis = { format: '~g', tickCount: 8 };
	const x = (field: string) => ({ field, type: 'quantitative' as const, title: 'Times as fast', scale, axis });
	const color = {
		field: 'clock',
		type: 'nominal' as const,
		title: null,
		scale: { domain: ['time', 'processor time'], range: [steered.color, cpu.color] },
		legend: { orient: 'bottom' as const, labelColor: theme.ink.text },
	};
	return {
		...titleBlock(
			'Speed beside what one would use instead',
			[['median, least and most of interleaved rounds', ...load], ['short rule: the target']],
			WIDTH,
		),
		config: theme.config,
		background: theme.background,
		width: WIDTH,
		height: ROW_HEIGHT * rows.length,
		data: { values: marks },
		layer: [
			{
				data: { values: [{ one: 1 }] },
				mark: { type: 'rule', color: theme.ink.unsteered },
				encoding: { x: x('one') },
			},
			{
				transform: [{ filter: "isValid(datum.target) && datum.clock === 'time'" }],
				mark: { type: 'tick', thickness: 3, size: 34, color: theme.ink.text },
				encoding: { x: x('target'), y },
			},
			{
				mark: { type: 'rule', strokeWidth: 2 },
				encoding: { x: x('min'), x2: { field: 'max' }, y, yOffset: offset, color },
			},
			{
				mark: { type: 'point', filled: true, size: 60, opacity: 1 },
				encoding: { x: x('median'), y, yOffset: offset, color },
			},
		],
	} as TopLevelSpec;
}

/** Two lines: the axis splits it. */
function rowName({ job, against }: Pick<BenchRow, 'job' | 'against'>): string {
	return `${job}|${against}`;
}

function mark({ job, against, target }: BenchRow, ratio: Spread, clock: string) {
	return { row: rowName({ job, against }), target, clock, ...ratio };
}

/** A little more than all that is drawn, and one time. */
function domainOf(marks: readonly Spread[], rows: readonly BenchRow[]): [number, number] {
	const targets = rows.flatMap(({ target }) => (target === null ? [] : [target]));
	const all = [1, ...targets, ...marks.flatMap(({ min, max }) => [min, max])];
	return [Math.min(...all) / 1.15, Math.max(...all) * 1.15];
}
