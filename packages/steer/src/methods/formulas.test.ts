import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPromptPairs, resolveDataRoot } from '@steering/core/datasets';
import { fitBinaryLeace, fitQuadratic, fitQuadraticLda, type Rows } from '@steering/core/erasure';
import type { Intervention } from '@steering/core/interventions';
import { fitScrub, HookedModel } from '@steering/core/model';
import {
	actsPath,
	eraserPath,
	LEACE_METHODS,
	parseSettings,
	type SettingsInput,
	vecPath,
} from '@steering/core/settings';
import { readActivations, readEraser, readVector } from '@steering/core/vectors';
import { generateVectors } from '@steering/generate-vectors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseMethod } from './choose-method.js';

/** Float32 numbers beside float64 ones, relative (Frobenius). */
const ROUNDING = 1e-5;
const LAYER = 2;
const MULTS = [-1.5, 0, 2];
const settingsOf = (input: Partial<SettingsInput>) => parseSettings({ model: 'organism', layer: LAYER, ...input });

let model: HookedModel;
let root: string;
const dataRoot = resolveDataRoot({ model: 'organism' });
beforeAll(async () => {
	model = await HookedModel.load('organism');
	root = mkdtempSync(join(tmpdir(), 'formulas-'));
	await generateVectors({ settings: settingsOf({}), root });
	await generateVectors({ settings: settingsOf({ dataset: 'abcon', logit: true }), root });
});
afterAll(async () => {
	await model.release();
	rmSync(root, { recursive: true });
});

async function interventionsOf(input: Partial<SettingsInput>, mult: number): Promise<Intervention[]> {
	const method = await chooseMethod(
		{ settings: settingsOf(input), model, root, dataRoot },
		{ trivial: false, bias: false },
	);
	return method.interventionsAt(mult);
}

async function saved(input: Partial<SettingsInput>) {
	const settings = settingsOf(input);
	const rows = async (positive: boolean): Promise<Rows> =>
		(await readActivations(join(root, actsPath(settings, { positive, layer: LAYER })))).activations;
	const { vector } = await readVector(join(root, vecPath(settings, LAYER)));
	return { positives: await rows(true), vector, rows };
}

const plus = (rows: Float64Array, mult: number, vector: Float32Array) =>
	rows.map((value, i) => value + mult * vector[i % vector.length]!);

describe.each([null, 'before', 'after'] as const)('--toks %s', (toks) => {
	it.each(LEACE_METHODS)('--leace %s does to the activations what its fit does', async (leace) => {
		const { positives, vector, rows } = await saved({});
		const negatives = await rows(false);
		for (const mult of MULTS) {
			const target = mult > 0 ? 1 : 0;
			const expected = (of: Rows) => {
				if (leace === 'quad') return fitQuadratic(positives, negatives).transport(of, 2, mult === 0 ? 2 : target);
				if (leace === 'quadlda') return movedAcross(of, positives, negatives, target);
				return plus(fitBinaryLeace(positives, negatives, { method: leace }).eraser.erase(of), mult, vector);
			};
			const interventions = await interventionsOf({ leace, toks }, mult);
			if (leace === 'quadlda' && mult === 0) {
				expect(interventions).toEqual([]);
				continue;
			}
			expect(interventions).toMatchObject([{ point: { layer: LAYER, site: 'resid_post' }, toks }]);
			const all = together(positives, negatives);
			expect(relativeError(applied(interventions[0]!, all), expected(all))).toBeLessThan(ROUNDING);
			// A step that changed nothing would pass for any that changes little.
			if (mult !== 0) expect(relativeError(expected(all), all.data)).toBeGreaterThan(1e-2);
		}
	});

	it('without an eraser the multiplied vector is added', async () => {
		const { positives, vector } = await saved({});
		for (const mult of MULTS) {
			const [step] = await interventionsOf({ toks }, mult);
			expect(step!.toks).toBe(toks);
			const expected = plus(Float64Array.from(positives.data), mult, vector);
			expect(relativeError(applied(step!, positives), expected)).toBeLessThan(ROUNDING);
		}
	});

	it.each(['leace', 'orth', null] as const)(
		'--logit with --leace %s: the eraser saved beside the vector',
		async (leace) => {
			const logit = { dataset: 'abcon' as const, logit: true };
			const { positives, vector } = await saved(logit);
			const { eraser } = await readEraser(join(root, eraserPath(settingsOf(logit), LAYER)));
			const start = leace ? eraser.erase(positives) : Float64Array.from(positives.data);
			for (const mult of MULTS) {
				const [step] = await interventionsOf({ ...logit, leace, toks }, mult);
				expect(step!.toks).toBe(toks);
				expect(relativeError(applied(step!, positives), plus(start, mult, vector))).toBeLessThan(ROUNDING);
			}
		},
	);

	it('--scrub: the fit at the multiplier, on the data set', async () => {
		const { positives, negatives } = await loadPromptPairs(settingsOf({}), dataRoot);
		const idsOf = (side: typeof positives) => side.map(({ messages }) => model.tokenizer.encodeChat(messages));
		for (const method of ['leace', 'orth'] as const) {
			const scrubbed = { residual: true, layer: 'all', scrub: true, leace: method, toks } as const;
			const fit = await fitScrub({
				path: model.files.onnxPath,
				layers: model.info.layers,
				positives: idsOf(positives),
				negatives: idsOf(negatives),
				mult: -1.5,
				method,
				session: { precision: 'exact', work: model.work },
			});
			expect(await interventionsOf(scrubbed, -1.5)).toEqual(fit.map((step) => ({ ...step, toks })));
		}
	});
});

function together(a: Rows, b: Rows): Rows {
	return { data: Float32Array.of(...a.data, ...b.data), rows: a.rows + b.rows, width: a.width };
}

describe('a multiplier whose product has no norm in float32', () => {
	const methodOf = (input: Partial<SettingsInput>, trivial = false) =>
		chooseMethod({ settings: settingsOf(input), model, root, dataRoot }, { trivial, bias: false });

	it.each([{}, { leace: 'leace' as const }, { leace: 'orth' as const }])(
		'is refused before the sweep: %o',
		async (input) => {
			const method = await methodOf(input);
			await expect(method.prepare?.([1, -2, 1e15])).resolves.toBeUndefined();
			for (const mult of [1e39, -1e39, 1e25]) {
				await expect(method.prepare?.([1, mult])).rejects.toMatchObject({
					code: 'ERR_USAGE',
					message: `multiplier ${mult} takes the vector of ${LAYER}.resid_post out of float32`,
				});
			}
		},
	);

	it('is no matter to --trivial and to the editors, which multiply nothing', async () => {
		for (const method of [await methodOf({}, true), await methodOf({ leace: 'quad' })]) {
			await method.prepare?.([1e39]);
			const [step] = await method.interventionsAt(1e39);
			expect(step!.vector.every(Number.isFinite)).toBe(true);
		}
	});
});

/** Rows that the discriminant finds in the other class, moved; the others as they are. */
function movedAcross(rows: Rows, positives: Rows, negatives: Rows, target: number): Float64Array {
	const fit = fitQuadraticLda(positives, negatives);
	const moved = fit.editor.transport(rows, 1 - target, target);
	const classes = fit.classify(rows);
	expect(classes).toContain(1 - target);
	return moved.map((value, i) => (classes[Math.floor(i / rows.width)] === target ? rows.data[i]! : value));
}

/** h + gate * (map(h - c) + vector), in float64. */
function applied({ map, gate, vector }: Intervention, { data, width }: Rows): Float64Array {
	const result = Float64Array.from(data);
	for (let start = 0; start < data.length; start += width) {
		const h = Float64Array.from(data.subarray(start, start + width));
		const found = h.reduce((sum, value, i) => sum + value * (gate?.direction[i] ?? 0), 0);
		if (gate && found > gate.threshold !== (gate.side === 'above')) continue;
		const added = map ? mapped(map, h) : new Float64Array(width);
		for (let i = 0; i < width; i++) result[start + i]! += vector[i]! + added[i]!;
	}
	return result;
}

/** (h - c) M, or (h - c) U V + scale (h - c). */
function mapped(map: NonNullable<Intervention['map']>, h: Float64Array): Float64Array {
	const width = h.length;
	const centered = h.map((value, i) => value - map.center[i]!);
	const dot = (of: (i: number) => number) => centered.reduce((sum, value, i) => sum + value * of(i), 0);
	if ('matrix' in map) return centered.map((_, j) => dot((i) => map.matrix[i * width + j]!));
	const { left, right, rank, scale = 0 } = map;
	const along = Array.from({ length: rank }, (_, k) => dot((i) => left[i * rank + k]!));
	return centered.map((value, j) => along.reduce((sum, a, k) => sum + a * right[k * width + j]!, scale * value));
}

function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
	const difference = Math.hypot(...Array.from(wanted, (value, i) => found[i]! - value));
	return difference / Math.hypot(...Array.from(wanted));
}
