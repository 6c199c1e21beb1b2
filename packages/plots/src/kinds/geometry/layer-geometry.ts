import { type Activations, type Matrix, meanRow } from '@steering/core/erasure';
import { SteeringError } from '@steering/core/errors';
import { readActivations, requireTogether } from '@steering/core/vectors';
import { type ClassSeparation, classSeparation } from './class-separation.js';
import { principalComponents } from './principal-components.js';

export type Point = readonly [number, number];
export type ClassName = 'positive' | 'negative';

/** Two classes of activations in the plane of their first two principal components. */
export interface Projection {
	points: Record<ClassName, Point[]>;
	means: Record<ClassName, Point>;
	/** Share of the variance along each axis. */
	explained: [number, number];
}

export interface LayerGeometry extends ClassSeparation {
	layer: number;
	counts: Record<ClassName, number>;
	/** Euclidean distance of the class means, over all dimensions. */
	distance: number;
	/** Absent for a layer that is only measured. */
	projection?: Projection;
}

/** @throws {SteeringError} ERR_BAD_FILE naming the file, ERR_MISMATCH for sides made from different examples */
export async function readLayerGeometry(
	{ layer, positive, negative }: { layer: number; positive: string; negative: string },
	{ project, command }: { project: boolean; command: string },
): Promise<LayerGeometry> {
	const [high, low] = [await readActivations(positive, command), await readActivations(negative, command)];
	requireTogether({ path: positive, ...high }, { path: negative, ...low }, command);
	const sides = { positive: { ...high.activations, name: positive }, negative: { ...low.activations, name: negative } };
	return { layer, ...geometryOf(sides, project) };
}

/** `name` of activations is what errors call them. @throws {SteeringError} ERR_BAD_FILE */
export function geometryOf(
	{ positive, negative }: Record<ClassName, Activations>,
	project: boolean,
): Omit<LayerGeometry, 'layer'> {
	const [high, low] = [finiteMean(positive), finiteMean(negative)];
	if (positive.width !== negative.width) {
		const problem = `${positive.name} has ${positive.width} numbers a row, ${negative.name} ${negative.width}`;
		throw new SteeringError('ERR_BAD_FILE', problem, {
			hint: 'make both again with `pnpm generate-vectors --overwrite`',
		});
	}
	return {
		...classSeparation(positive, negative),
		counts: { positive: positive.rows, negative: negative.rows },
		distance: Math.sqrt(high.reduce((sum, value, i) => sum + (value - low[i]!) ** 2, 0)),
		...(project ? { projection: projectionOf(positive, negative) } : {}),
	};
}

function finiteMean(side: Activations): Float64Array {
	const name = side.name ?? 'activations';
	if (side.rows === 0 || side.width === 0) {
		throw new SteeringError('ERR_BAD_FILE', `${name}: ${side.rows} examples of width ${side.width}`, {
			hint: 'make it again with `pnpm generate-vectors --overwrite`',
		});
	}
	return meanRow(side, name);
}

/**
 * Components of both classes pooled. Signs: the positives' mean lies right of and above the negatives'; where the means agree
 * along a component, the point farthest out lies right or above.
 */
function projectionOf(positive: Activations, negative: Activations): Projection {
	const { scores, explained } = principalComponents(centred(positive, negative), 2);
	const rows = positive.rows + negative.rows;
	const column = (k: number) => Float64Array.from({ length: rows }, (_, row) => coordinate(scores, row, k));
	const [x, y] = [column(0), column(1)].map((values) => oriented(values, positive.rows)) as [
		Float64Array,
		Float64Array,
	];
	const points = Array.from(x, (value, row): Point => [value, y[row]!]);
	const classes = { positive: points.slice(0, positive.rows), negative: points.slice(positive.rows) };
	return {
		points: classes,
		means: { positive: meanPoint(classes.positive), negative: meanPoint(classes.negative) },
		explained: [explained[0] ?? 0, explained[1] ?? 0],
	};
}

function centred(positive: Activations, negative: Activations): Matrix {
	const { width } = positive;
	const rows = positive.rows + negative.rows;
	const data = new Float64Array(rows * width);
	data.set(positive.data);
	data.set(negative.data, positive.rows * width);
	const center = new Float64Array(width);
	for (let row = 0; row < rows; row++) {
		for (let i = 0; i < width; i++) center[i]! += data[row * width + i]! / rows;
	}
	for (let row = 0; row < rows; row++) {
		for (let i = 0; i < width; i++) data[row * width + i]! -= center[i]!;
	}
	return { data, rows, columns: width };
}

const coordinate = ({ data, columns }: Matrix, row: number, k: number) => (k < columns ? data[row * columns + k]! : 0);

function oriented(values: Float64Array, positives: number): Float64Array {
	const average = (part: Float64Array) => part.reduce((sum, value) => sum + value, 0) / part.length;
	const difference = average(values.subarray(0, positives)) - average(values.subarray(positives));
	const farthest = values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
	// Below this it is the rounding's sign, not the data's.
	const decided = Math.abs(difference) > 1e-9 * Math.abs(farthest);
	return (decided ? difference : farthest) < 0 ? values.map((value) => -value) : values;
}

function meanPoint(points: readonly Point[]): Point {
	const sum = points.reduce(([x, y], point): Point => [x + point[0], y + point[1]], [0, 0]);
	return [sum[0] / points.length, sum[1] / points.length];
}
