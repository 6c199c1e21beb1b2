import { fitLogOdds } from '@steering/core/erasure';
import { lowRankProduct } from '@steering/core/interventions';
import type { ActsFixture } from './acts-fixture.js';
import { storedEraser } from './acts-log-odds.js';
import type { Report } from './report.js';
import { storedLayers, storedRows } from './stored-rows.js';
import { floatsOf } from './tensors.js';
import { TOLERANCES } from './tolerances.js';
import { relativeError, Worst } from './worst.js';

/** Log-odds vectors and erasers fitted to the activations and the log-odds that are stored: no model is needed. */
export function checkActsFits(name: string, fixture: ActsFixture, report: Report): void {
	const { file, tensors } = fixture;
	if (!file.settings.logit || !tensors?.has('pos') || !tensors.has('logodds')) return;
	const vectors = new Worst();
	const erasers = new Worst();
	const all = tensors.has('vec') ? floatsOf(tensors, 'vec', [null, null]) : undefined;
	const [count = 0, width = 0] = tensors.get('vec')?.shape ?? [];
	const stored = storedLayers(tensors, file.stored_layers) ?? [];
	for (const layer of stored) {
		const rows = storedRows(fixture, 'pos', layer);
		if (!rows) continue;
		const { vector, eraser } = fitLogOdds(rows, floatsOf(tensors, 'logodds', [rows.rows]));
		const own = all?.subarray(layer * width, (layer + 1) * width);
		if (own) vectors.add(relativeError(vector, own), () => `vec, layer ${layer}`);
		const theirs = storedEraser(tensors, layer, stored, count, rows.width);
		if (!theirs) continue;
		const product = lowRankProduct(theirs.projLeft, theirs.projRight, rows.width, 1);
		const ours = lowRankProduct(eraser.projLeft, eraser.projRight, rows.width, eraser.rank);
		erasers.add(relativeError(ours, product), () => `eraser, layer ${layer}`);
		vectors.add(relativeError(eraser.bias ?? [], theirs.bias), () => `eraser.bias, layer ${layer}`);
	}
	const layers = `${stored.length} layers`;
	if (vectors.count > 0) report.within(name, 'fitted vectors and means', vectors, TOLERANCES.fitted, layers);
	if (erasers.count > 0) report.within(name, 'fitted erasers', erasers, TOLERANCES.erasers, layers);
}
