import { basename, join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { actsPath, generateCommand } from '@steering/core/settings';
import { evenlyChosen } from '../../drawing/evenly-chosen.js';
import type { Picture } from '../../picture/picture.js';
import { filterFlags } from '../../settings-filter.js';
import type { KindInput } from '../kind.js';
import { refuseKeys, refuseOptions } from '../refuse-options.js';
import { type ActivationSet, findActivationSets } from './activation-files.js';
import { geometrySpec } from './geometry-spec.js';
import { type LayerGeometry, readLayerGeometry } from './layer-geometry.js';
import type { ProjectedLayer } from './layer-panel.js';
import { separationSpec } from './separation-spec.js';

/** Panels of a picture: more would be too small to see two classes in. */
const MAX_PANELS = 12;

/**
 * The activations that vectors are made from, per data set and model: layers in the plane of their principal components, and
 * the separation of the classes against the layer.
 */
export async function geometryPictures(input: KindInput): Promise<Picture[]> {
	refuseOptions(input, 'geometry', ['mults', 'facet', 'color']);
	refuseKeys(input, 'geometry', ['scrub', 'temp', 'leace', 'toks']);
	let problems = 0;
	const onProblem = (problem: SteeringError) => {
		problems++;
		input.onProblem(problem);
	};
	const pictures: Picture[] = [];
	for (const set of await findActivationSets({ ...input, onProblem })) {
		try {
			pictures.push(...(await picturesOf(set, input)));
		} catch (error) {
			if (!(error instanceof SteeringError)) throw error;
			onProblem(error);
		}
	}
	if (pictures.length === 0 && problems === 0) throw nothingRecorded(input);
	return pictures;
}

async function picturesOf({ settings, layers, incomplete }: ActivationSet, input: KindInput): Promise<Picture[]> {
	const { onNote, signal } = input;
	const name = basename(actsPath(settings, { positive: true }), '_P+.safetensors').replace(/^acts_/, 'plot_');
	const left = incomplete.map((layer) => `L${layer}`).join(' ');
	if (left) onNote(`${name}: activations of one class only, left out: ${left}`);
	if (layers.length === 0) return [];
	const asked = input.filter.layer;
	const shown = new Set(evenlyChosen(layers, MAX_PANELS, ({ layer }) => layer === asked));
	const geometries: LayerGeometry[] = [];
	for (const files of layers) {
		signal?.throwIfAborted();
		const options = { project: shown.has(files), command: generateCommand(settings) };
		geometries.push(await readLayerGeometry(files, options));
	}
	noteUndefined(name, geometries, onNote);
	const of = (read: readonly LayerGeometry[]) => {
		const included = new Set(read.map(({ layer }) => layer));
		return layers.flatMap(({ layer, positive, negative }) =>
			included.has(layer) ? [basename(positive), basename(negative)] : [],
		);
	};
	const projected = geometries.filter((geometry): geometry is ProjectedLayer => geometry.projection !== undefined);
	const shared = { settings: [settings], figures: [] };
	const planes: Picture = {
		...shared,
		name: `${name}_geometry`,
		table: projected.map(planeRow),
		spec: (theme) => geometrySpec(settings, projected, { of: layers.length, sources: of(projected) }, theme),
	};
	if (geometries.every(({ accuracy }) => accuracy === null)) return [planes];
	const separation: Picture = {
		...shared,
		name: `${name}_separation`,
		table: geometries.map(separationRow),
		spec: (theme) => separationSpec(settings, geometries, of(geometries), theme),
	};
	return [planes, separation];
}

function noteUndefined(name: string, geometries: readonly LayerGeometry[], onNote: (note: string) => void): void {
	const undefinedAt = geometries.filter(({ dPrime }) => dPrime === null).map(({ layer }) => `L${layer}`);
	if (undefinedAt.length === 0) return;
	onNote(`${name}: no separation (one example a class, or examples that do not differ): ${undefinedAt.join(' ')}`);
}

function planeRow({ layer, counts, projection }: ProjectedLayer) {
	const [first, second] = projection.explained;
	const gap = (k: 0 | 1) => (projection.means.positive[k] - projection.means.negative[k]).toPrecision(4);
	return {
		layer,
		positives: counts.positive,
		negatives: counts.negative,
		'PC 1': first.toFixed(4),
		'PC 2': second.toFixed(4),
		'means along 1': gap(0),
		'along 2': gap(1),
	};
}

function separationRow({ layer, examples, dPrime, accuracy, distance }: LayerGeometry) {
	return {
		layer,
		"d'": dPrime?.toFixed(4) ?? '-',
		accuracy: accuracy?.toFixed(4) ?? '-',
		n: examples,
		'distance of means': distance.toPrecision(4),
	};
}

function nothingRecorded({ artifacts, filter: { layer: _, ...filter } }: KindInput): SteeringError {
	const asked = filterFlags(filter);
	const whose = asked ? ` with${asked}` : '';
	return new SteeringError('ERR_MISSING_INPUT', `no activations of two classes${whose} in ${join(artifacts, 'acts')}`, {
		hint: filter.logit
			? 'log-odds vectors are made from positives only: drop --logit'
			: `record them with \`pnpm generate-vectors${asked}\``,
	});
}
