import { fitBinaryLeace, fitLogOdds, fitQuadratic, fitQuadraticLda, type LeaceEraser } from '@steering/core/erasure';
import { lowRankProduct } from '@steering/core/interventions';
import type { ActsFixture } from './acts-fixture.js';
import type { ApplyCase } from './apply-fixture.js';
import type { Report } from './report.js';
import { storedRows } from './stored-rows.js';
import { floatsOf, type Tensors } from './tensors.js';
import { TOLERANCES } from './tolerances.js';
import { operatorOf } from './transport-operator.js';
import { relativeError, Worst } from './worst.js';

/** What is compared of a case, by the name of the check. */
type Differences = Record<
	'fitted erasers' | 'fitted vectors and means' | 'fitted maps' | 'fitted discriminants',
	Worst
>;

interface Layer {
	index: number;
	acts: ActsFixture;
	tensors: Tensors;
	worst: Differences;
}

/** Erasers and editors fitted to the activations that are stored, beside the parameters that the reference steered with. */
export function checkCaseFits(name: string, one: ApplyCase, acts: ActsFixture | undefined, report: Report): void {
	const { tensors, settings } = one;
	if (!tensors || !acts || settings.scrub || settings.leace === null || settings.leace === undefined) return;
	const worst: Differences = {
		'fitted erasers': new Worst(),
		'fitted vectors and means': new Worst(),
		'fitted maps': new Worst(),
		'fitted discriminants': new Worst(),
	};
	for (const key of tensors.keys()) {
		const index = /^layer(\d+)\.vec$/.exec(key)?.[1];
		if (index !== undefined) compareLayer({ index: Number(index), acts, tensors, worst }, settings);
	}
	for (const [what, { count }] of Object.entries(worst)) {
		const tolerance = what === 'fitted vectors and means' ? TOLERANCES.fitted : TOLERANCES.erasers;
		if (count > 0) report.within(name, what, worst[what as keyof Differences], tolerance, `${count} of them`);
	}
}

/** Layers whose activations were left out are left out here. */
function compareLayer(layer: Layer, { leace, logit }: ApplyCase['settings']): void {
	const positives = storedRows(layer.acts, 'pos', layer.index);
	if (!positives) return;
	if (logit) {
		const { vector, eraser } = fitLogOdds(positives, floatsOf(layer.acts.tensors!, 'logodds', [positives.rows]));
		compare(layer, 'fitted vectors and means', vector, 'vec');
		compareEraser(layer, eraser);
		return;
	}
	const negatives = storedRows(layer.acts, 'neg', layer.index);
	if (!negatives) return;
	if (leace === 'leace' || leace === 'orth') {
		compareEraser(layer, fitBinaryLeace(positives, negatives, { method: leace }).eraser);
	} else if (leace === 'quad') compareEditor(layer, fitQuadratic(positives, negatives));
	else if (leace === 'quadlda') {
		const { editor, lda, threshold } = fitQuadraticLda(positives, negatives);
		compare(layer, 'fitted discriminants', lda, 'lda');
		compare(layer, 'fitted discriminants', [threshold], 'threshold');
		compareEditor(layer, editor);
	}
}

function compare({ index, tensors, worst }: Layer, what: keyof Differences, found: ArrayLike<number>, part: string) {
	const key = `layer${index}.${part}`;
	worst[what].add(relativeError(found, floatsOf(tensors, key)), () => key);
}

function compareEraser(layer: Layer, { projLeft, projRight, bias, width, rank }: LeaceEraser): void {
	const { index, tensors, worst } = layer;
	const left = floatsOf(tensors, `layer${index}.proj_left`, [width, null]);
	const right = floatsOf(tensors, `layer${index}.proj_right`, [left.length / width, width]);
	const theirs = lowRankProduct(left, right, width, left.length / width);
	const ours = lowRankProduct(projLeft, projRight, width, rank);
	worst['fitted erasers'].add(relativeError(ours, theirs), () => `layer ${index}`);
	compare(layer, 'fitted vectors and means', bias ?? [], 'bias');
}

function compareEditor(layer: Layer, editor: ReturnType<typeof fitQuadratic>): void {
	const { index, tensors, worst } = layer;
	const at = `layer${index}`;
	const { classes } = editor;
	const width = classes[0]!.mean.length;
	compare(
		layer,
		'fitted vectors and means',
		Float64Array.from(classes.flatMap(({ mean }) => [...mean])),
		'class_means',
	);
	const pairs = classes.flatMap((_, source) => classes.map((_, target) => [source, target] as const));
	const all = tensors.has(`${at}.ot_maps`)
		? floatsOf(tensors, `${at}.ot_maps`, [classes.length, classes.length, width, width])
		: undefined;
	for (const [i, [source, target]] of pairs.entries()) {
		const pair = `${source}.${target}`;
		if (all) {
			const stored = all.subarray(i * width * width, (i + 1) * width * width);
			const error = relativeError(operatorOf(editor.map(source, target)), stored);
			worst['fitted maps'].add(error, () => `${at}.ot_maps, ${source} to ${target}`);
		}
		if (tensors.has(`${at}.ot_maps.${pair}`)) {
			compare(layer, 'fitted maps', operatorOf(editor.map(source, target)), `ot_maps.${pair}`);
		}
		if (!tensors.has(`${at}.probe_out.${pair}`)) continue;
		const [rows = 0] = tensors.get(`${at}.probe`)?.shape ?? [];
		const probe = { data: floatsOf(tensors, `${at}.probe`, [rows, width]), rows, width };
		compare(layer, 'fitted maps', editor.transport(probe, source, target), `probe_out.${pair}`);
	}
}
