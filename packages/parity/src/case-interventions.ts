import { createHash } from 'node:crypto';
import { SteeringError } from '@steering/core/errors';
import type { DenseMap, Gate, Intervention, LowRankMap } from '@steering/core/interventions';
import { type ListedLayer, layerList, type ModelInfo } from '@steering/core/model';
import { type HookPoint, hookName } from '@steering/core/onnx';
import type { ActsFixture } from './acts-fixture.js';
import type { ApplyCase } from './apply-fixture.js';
import { methodOf } from './case-method.js';
import { StoredEditor } from './stored-editor.js';
import { floatsOf, type Tensors } from './tensors.js';

/** What a case's parameters are made of. */
export interface CaseSources {
	apply: ApplyCase;
	/** Its own tensors, with the parameters of the case that it shares them with. */
	tensors: Tensors;
	/** The activations that it was fitted to, where they are stored. */
	acts: ActsFixture | undefined;
	/** Our own scrubbing, for multipliers whose parameters were left out. */
	scrubbed: ((mult: number) => readonly Intervention[] | undefined) | undefined;
}

/** A case as the model runs it: the stored parameters at the hook points of its settings. */
export interface RunnableCase {
	apply: ApplyCase;
	tensors: Tensors;
	/** The hook points, where there are maps: cases with the same ones share a graph. */
	graph: string;
	/** The same array for the same multiplier. */
	at(mult: number): Intervention[];
	/** Rows with the same one may share a batch. */
	batch(mult: number): string;
	/** Whether the parameters are our own fit, since the file has none for this multiplier. */
	isRefitted(mult: number): boolean;
}

/** Makes one object of equal maps and of equal gates: rows of a batch must share theirs. */
export class MapPool {
	readonly #known = new Map<string, { value: LowRankMap | DenseMap | Gate; key: string }>();

	share<T extends LowRankMap | DenseMap | Gate>(value: T): { value: T; key: string } {
		const hash = createHash('sha256');
		for (const part of Object.values(value))
			hash.update(part instanceof Float32Array ? part : String(part)).update('|');
		const digest = hash.digest('hex');
		const known = this.#known.get(digest) ?? { value, key: String(this.#known.size) };
		this.#known.set(digest, known);
		return known as { value: T; key: string };
	}
}

/** Throws ERR_BAD_FILE for parameters that are missing or of another width, ERR_USAGE for a layer that the model does not have. */
export function runnableCase(sources: CaseSources, info: ModelInfo, pool: MapPool): RunnableCase {
	const { apply, tensors } = sources;
	const layers = layerList(apply.settings, info.layers);
	const stepsAt = layerSteps(sources, layers, info.width);
	const made = new Map<number, { interventions: Intervention[]; batch: string }>();
	const make = (mult: number) => {
		const known = made.get(mult);
		if (known) return known;
		const keys: string[] = [];
		const interventions = stepsAt(mult).map(({ map, gate, ...step }): Intervention => {
			const shared = { map: map && pool.share(map), gate: gate && pool.share(gate) };
			keys.push(`${hookName(step.point)}:${shared.map?.key ?? ''}:${shared.gate?.key ?? ''}`);
			return {
				...step,
				toks: apply.settings.toks,
				...(shared.map && { map: shared.map.value }),
				...(shared.gate && { gate: shared.gate.value }),
			};
		});
		const batch = interventions.every(({ map }) => !map) ? 'vectors' : keys.join();
		made.set(mult, { interventions, batch });
		return { interventions, batch };
	};
	// Reads every parameter, so that what is missing is known before anything runs.
	for (const mult of apply.mults) make(mult);
	const method = methodOf(apply);
	const isVector = 'runs' in method && method.runs === 'vector';
	return {
		apply,
		tensors,
		graph: isVector ? 'vectors' : layers.map(({ point }) => hookName(point)).join(),
		at: (mult) => make(mult).interventions,
		batch: (mult) => make(mult).batch,
		isRefitted: (mult) => 'runs' in method && method.runs === 'scrub' && !hasScrub(tensors, apply, mult),
	};
}

type Step = Omit<Intervention, 'toks'>;

function layerSteps(sources: CaseSources, layers: ListedLayer[], width: number): (mult: number) => Step[] {
	const { apply, tensors, acts } = sources;
	const method = methodOf(apply);
	if ('unknown' in method) throw new RangeError(method.unknown);
	if (method.runs === 'scrub') return (mult) => scrubSteps(sources, layers, width, mult);
	if (method.runs === 'editor') {
		const isGated = apply.settings.leace === 'quadlda';
		const editors = layers.map(({ index, point }) => ({
			point,
			editor: new StoredEditor(tensors, index, width, isGated, acts),
		}));
		return (mult) =>
			editors.flatMap(({ point, editor }) => {
				const step = editor.step(mult);
				return step ? [{ point, ...step }] : [];
			});
	}
	const fixed = layers.map((layer) => ({
		vector: floatsOf(tensors, `layer${layer.index}.vec`, [width]),
		point: pointOf(layer, apply.bias_mode),
		...(method.runs === 'eraser' && { map: eraserAt(`layer${layer.index}`, tensors, width) }),
	}));
	return (mult) => fixed.map((step) => ({ ...step, vector: Float32Array.from(step.vector, (value) => mult * value) }));
}

/** Vectors of scrubbing hold the multiplier already. */
function scrubSteps(
	{ apply, tensors, scrubbed }: CaseSources,
	layers: ListedLayer[],
	width: number,
	mult: number,
): Step[] {
	const m = `m${apply.mults.indexOf(mult)}`;
	if (hasScrub(tensors, apply, mult)) {
		return layers.map(({ index, point }) => ({
			point,
			vector: Float32Array.from(floatsOf(tensors, `${m}.layer${index}.vec`, [width])),
			map: eraserAt(`${m}.layer${index}`, tensors, width),
		}));
	}
	const own = scrubbed?.(mult);
	if (own) return own.map(({ toks: _, ...step }) => step);
	throw new SteeringError('ERR_BAD_FILE', `there is no tensor ${m}.layer0.vec, and no examples to fit it to`);
}

function hasScrub(tensors: Tensors, { mults }: ApplyCase, mult: number): boolean {
	return [...tensors.keys()].some((key) => key.startsWith(`m${mults.indexOf(mult)}.layer`));
}

/** A bias of down_proj acts on what the MLP writes (SPEC 1.7). */
function pointOf({ point }: ListedLayer, biasMode: boolean): HookPoint {
	return biasMode ? { layer: point.layer, site: 'mlp_out' } : point;
}

/** x - ((x - bias) right^T) left^T, with left (width, k) and right (k, width), as the graph's x + (x - center) U V. */
function eraserAt(at: string, tensors: Tensors, width: number): LowRankMap {
	const left = floatsOf(tensors, `${at}.proj_left`, [width, null]);
	const rank = left.length / width;
	const right = floatsOf(tensors, `${at}.proj_right`, [rank, width]);
	const center = tensors.has(`${at}.bias`) ? floatsOf(tensors, `${at}.bias`, [width]) : new Float64Array(width);
	const transposed = (values: Float64Array, rows: number, columns: number, sign: number) =>
		Float32Array.from(values, (_, i) => sign * values[(i % rows) * columns + Math.floor(i / rows)]!);
	return {
		center: Float32Array.from(center),
		left: transposed(right, rank, width, 1),
		right: transposed(left, width, rank, -1),
		rank,
	};
}
