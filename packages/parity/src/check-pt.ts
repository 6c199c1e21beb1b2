import { join } from 'node:path';
import { toFloat64 } from '@steering/core/artifacts';
import { readPtActivations, readPtEraser, readPtVector } from '@steering/core/interchange';
import { lowRankProduct } from '@steering/core/interventions';
import { parseSettingsName } from '@steering/core/settings';
import { type ActsFixture, readActs } from './acts-fixture.js';
import { storedEraser } from './acts-log-odds.js';
import { filesIn } from './places.js';
import { Report } from './report.js';
import { storedLayers, storedRows } from './stored-rows.js';
import { floatsOf } from './tensors.js';
import { TOLERANCES } from './tolerances.js';
import { relativeError, Worst } from './worst.js';

/** The Python tool's own files, of the tiny model, beside the same numbers in `tiny/acts`. */
export async function checkPt(fixtures: string, report: Report): Promise<void> {
	const folder = join(fixtures, 'pt');
	const files = filesIn(folder, '.pt').filter((file) => report.wants(`pt ${file}`));
	if (files.length === 0) return;
	// What is wrong with these is said where the model is checked.
	const acts = await readActs(join(fixtures, 'tiny', 'acts'), 'tiny', new Report());
	for (const file of files) {
		await report.attempt(`pt ${file}`, () => checkFile(join(folder, `${file}.pt`), `pt ${file}`, acts, report));
	}
}

async function checkFile(path: string, name: string, acts: readonly ActsFixture[], report: Report): Promise<void> {
	const { kind, settings, positive } = parseSettingsName(path);
	const { dataset, behavior, residual, logit, layer } = settings;
	const parts = [dataset, behavior, residual && 'res', logit && 'log'].filter(Boolean);
	const source = acts.find((fixture) => fixture.name === parts.join('_'));
	const found = await numbersOf(path, kind);
	const wanted = source?.tensors && typeof layer === 'number' ? wantedOf(source, kind, layer, positive) : undefined;
	if (!wanted)
		return report.skip(name, `read, but there is nothing to compare it with: no ${parts.join('_')} in tiny/acts`);
	const worst = new Worst();
	for (const [what, numbers] of Object.entries(found)) {
		worst.add(relativeError(numbers, wanted[what] ?? []), () => what);
	}
	report.within(name, `${kind} of tiny acts ${source!.name}`, worst, TOLERANCES.storedVectors);
}

type Numbers = Record<string, ArrayLike<number>>;

async function numbersOf(path: string, kind: string): Promise<Numbers> {
	if (kind === 'acts') return { activations: (await readPtActivations(path)).activations.data };
	if (kind === 'vec') return { vector: toFloat64((await readPtVector(path)).tensor) ?? [] };
	const { projLeft, projRight, bias, width, rank } = await readPtEraser(path);
	return { product: lowRankProduct(projLeft, projRight, width, rank), bias: bias ?? [] };
}

/** Undefined where the layer was left out. */
function wantedOf(
	source: ActsFixture,
	kind: string,
	layer: number,
	positive: boolean | undefined,
): Numbers | undefined {
	const { file, tensors } = source;
	if (kind === 'acts') {
		const rows = storedRows(source, positive ? 'pos' : 'neg', layer);
		return rows && { activations: rows.data };
	}
	const [layers = 0, width = 0] = tensors!.get('vec')?.shape ?? [];
	if (kind === 'vec') {
		const vector = floatsOf(tensors!, 'vec', [layers, width]).subarray(layer * width, (layer + 1) * width);
		return vector.length === width ? { vector } : undefined;
	}
	const eraser = storedEraser(tensors!, layer, storedLayers(tensors!, file.stored_layers), layers, width);
	return eraser && { product: lowRankProduct(eraser.projLeft, eraser.projRight, width, 1), bias: eraser.bias };
}
