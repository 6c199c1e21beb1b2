import { Tensor } from 'onnxruntime-node';
import { SteeringError } from '../errors/index.js';
import {
	type HookPoint,
	hookName,
	INTERVENTION_FORMS,
	type InterventionForm,
	interventionInputs,
} from '../onnx/index.js';
import { actsAt, type DenseMap, type Gate, type Intervention, type LowRankMap } from './intervention.js';

/** A hook point and the form of what is done there. */
export interface RequiredPoint {
	point: HookPoint;
	form: InterventionForm;
}

/** The hook points a batch needs in its graph, each once with its most general form, in a stable order. */
export function requiredPoints(rows: readonly (readonly Intervention[])[]): RequiredPoint[] {
	const points = new Map<string, RequiredPoint>();
	for (const intervention of new Set(rows.flat())) {
		const name = hookName(intervention.point);
		const forms = [formOf(intervention), points.get(name)?.form ?? 'add'];
		const form = INTERVENTION_FORMS.findLast((candidate) => forms.includes(candidate))!;
		points.set(name, { point: intervention.point, form });
	}
	return [...points.values()].sort((a, b) =>
		hookName(a.point).localeCompare(hookName(b.point), 'en', { numeric: true }),
	);
}

function formOf({ map, gate }: Intervention): InterventionForm {
	if (map && 'matrix' in map) return 'dense';
	return gate || map?.scale ? 'gated' : map ? 'affine' : 'add';
}

/** Where the tokens of one run stand: `start[r]` is the absolute position of row r's first token in this run. */
export interface RunPositions {
	start: number[];
	length: number;
	promptLengths: number[];
}

/**
 * The graph inputs for a batch whose rows carry their own interventions. A row without one at some point gets a zero mask
 * there, which leaves its activations as they are to the last bit.
 */
export class InterventionFeeds {
	readonly #points: { point: HookPoint; byRow: (Intervention | undefined)[] }[] = [];
	readonly #constant: Record<string, Tensor> = {};
	readonly #width: number;

	constructor(points: RequiredPoint[], rows: readonly (readonly Intervention[])[], width: number) {
		this.#width = width;
		for (const { point, form } of points) {
			const name = hookName(point);
			const byRow = rows.map((row) => row.find((intervention) => hookName(intervention.point) === name));
			this.#points.push({ point, byRow });
			this.#addConstant(point, form, byRow);
		}
	}

	/** Masks depend on where the tokens stand; everything else is the same for each step of a batch. */
	at(positions: RunPositions): Record<string, Tensor> {
		const feeds = { ...this.#constant };
		for (const { point, byRow } of this.#points) {
			const mask = new Float32Array(byRow.length * positions.length);
			byRow.forEach((intervention, row) => {
				if (!intervention) return;
				const start = positions.start[row]!;
				const promptLength = positions.promptLengths[row]!;
				for (let i = 0; i < positions.length; i++) {
					if (actsAt(intervention.toks, start + i, promptLength)) mask[row * positions.length + i] = 1;
				}
			});
			feeds[interventionInputs(point).mask] = new Tensor('float32', mask, [byRow.length, positions.length, 1]);
		}
		return feeds;
	}

	#addConstant(point: HookPoint, form: InterventionForm, byRow: (Intervention | undefined)[]): void {
		const names = interventionInputs(point);
		const present = byRow.filter((intervention) => intervention !== undefined);
		for (const intervention of present) requireWidth(intervention, this.#width);
		this.#constant[names.bias] = this.#biases(byRow);
		if (form === 'add') return;
		this.#addMap(
			names,
			form,
			onlyOne(present, ({ map }) => map, point),
		);
		if (form === 'affine') return;
		const gate = onlyOne(present, ({ gate }) => gate, point) ?? openGate(this.#width);
		this.#constant[names.direction] = new Tensor('float32', gate.direction, [this.#width, 1]);
		this.#constant[names.threshold] = scalar(gate.threshold);
		this.#constant[names.side] = scalar(gate.side === 'above' ? 0 : 1);
	}

	/** Rows without a map are masked: what their point is fed does not matter, but it must be finite. */
	#addMap(
		names: ReturnType<typeof interventionInputs>,
		form: InterventionForm,
		map: LowRankMap | DenseMap | undefined,
	): void {
		const width = this.#width;
		this.#constant[names.center] = new Tensor('float32', map?.center ?? new Float32Array(width), [1, 1, width]);
		if (form === 'dense') {
			const matrix = map && 'matrix' in map ? map.matrix : new Float32Array(width * width);
			this.#constant[names.matrix] = new Tensor('float32', matrix, [width, width]);
			return;
		}
		const { left, right, rank, scale = 0 } = map && 'rank' in map ? map : NO_FACTORS;
		this.#constant[names.left] = new Tensor('float32', left, [width, rank]);
		this.#constant[names.right] = new Tensor('float32', right, [rank, width]);
		if (form === 'gated') this.#constant[names.scale] = scalar(scale);
	}

	/** (1, 1, width) when all rows agree, (batch, 1, width) when they do not. */
	#biases(byRow: (Intervention | undefined)[]): Tensor {
		const different = new Set(byRow.map((intervention) => intervention?.vector));
		different.delete(undefined);
		if (different.size === 1) return new Tensor('float32', [...different][0]!, [1, 1, this.#width]);
		const data = new Float32Array(byRow.length * this.#width);
		for (const [row, intervention] of byRow.entries()) {
			if (intervention) data.set(intervention.vector, row * this.#width);
		}
		return new Tensor('float32', data, [byRow.length, 1, this.#width]);
	}
}

/** Rows of a batch have their own vectors and masks, but share a map: a map a row would cost a matrix a row. */
function onlyOne<T>(
	present: Intervention[],
	pick: (intervention: Intervention) => T | undefined,
	point: HookPoint,
): T | undefined {
	const different = new Set(present.map(pick));
	if (different.size > 1)
		throw new RangeError(`rows of one batch carry ${different.size} different maps at ${hookName(point)}`);
	return [...different][0];
}

const NO_FACTORS: Omit<LowRankMap, 'center'> = { left: new Float32Array(0), right: new Float32Array(0), rank: 0 };

function scalar(value: number): Tensor {
	return new Tensor('float32', Float32Array.of(value), [1, 1, 1]);
}

function openGate(width: number): Gate {
	return { direction: new Float32Array(width), threshold: Number.NEGATIVE_INFINITY, side: 'above' };
}

function requireWidth({ point, vector }: Intervention, width: number): void {
	if (vector.length === width) return;
	throw new SteeringError(
		'ERR_MISMATCH',
		`the vector for ${hookName(point)} has ${vector.length} numbers, the model's activations have ${width}`,
		{ hint: 'use a vector made with this model' },
	);
}
