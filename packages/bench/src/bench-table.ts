import { formatTable } from '@steering/core/cli';
import type { CurvesBench } from './curves/bench-curves.js';
import type { BenchRow, Measured } from './ratios.js';

const times = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)}x`;

/** Rows as text: the ratios, and what they are made of where both sides measured themselves. */
export function benchTable(rows: readonly BenchRow[]): string {
	const hasMeasured = rows.some(({ measured }) => measured);
	return formatTable(
		rows.map(({ job, against, ratio, target, measured }) => ({
			job,
			against,
			median: times(ratio.median),
			min: times(ratio.min),
			max: times(ratio.max),
			target: target === null ? null : times(target),
			...(hasMeasured ? measuredCells(measured) : {}),
		})),
	);
}

function measuredCells(measured: Measured | undefined) {
	const amount = (value: number | undefined) => (value === undefined ? null : value.toPrecision(3));
	const cpu = measured?.cpu;
	return {
		...{ ours: amount(measured?.ours.median), theirs: amount(measured?.theirs.median), unit: measured?.unit ?? null },
		'processor time': cpu ? times(cpu.median) : null,
		load: measured ? `${measured.load.min.toFixed(1)}-${measured.load.max.toFixed(1)}` : null,
	};
}

/** A line for each point of each curve, after what the machine can do at most. */
export function curvesTable({ limits, curves }: CurvesBench): string {
	const amount = (value: number) => value.toPrecision(3);
	const points = curves.flatMap(({ x, y, points }) =>
		points.map((point) => ({
			...{ over: x, at: point.x, series: point.series || null, unit: y },
			...{ median: amount(point.value.median), min: amount(point.value.min), max: amount(point.value.max) },
		})),
	);
	const { bytesPerSecond, flopsPerSecond, threads } = limits;
	const machine = `${amount(bytesPerSecond / 1e9)} GB/s, ${amount(flopsPerSecond / 1e9)} GFLOP/s, ${threads} threads`;
	return `${machine}\n\n${formatTable(points)}`;
}
