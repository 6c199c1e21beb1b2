import { join } from 'node:path';
import { type ChatTokenizer, HookedModel } from '@steering/core/model';
import { checkActivations } from './acts-activations.js';
import { type ActsFixture, readActs } from './acts-fixture.js';
import { checkActsTokens } from './acts-tokens.js';
import { type ApplyFixture, readApply } from './apply-fixture.js';
import { checkLogits, checkUnsteered, nameOf } from './apply-logits.js';
import { checkReplies } from './apply-replies.js';
import { checkApplyTokens } from './apply-tokens.js';
import { MapPool, type RunnableCase, runnableCase } from './case-interventions.js';
import { methodOf } from './case-method.js';
import { caseTensors } from './case-parameters.js';
import { grouped } from './grouped.js';
import { filesOf, type ModelPlace } from './model-place.js';
import { isFolder } from './places.js';
import type { Report } from './report.js';
import { compareScrub, ScrubFits } from './scrub-fits.js';

export interface ModelOptions {
	signal?: AbortSignal | undefined;
	threads?: number | undefined;
	/** Told what runs at the moment, and how much of it is done. */
	onProgress?: ((what: string, done: number, total: number) => void) | undefined;
}

/** All checks of one model: what its tokenizer settles first, then each of its graphs. */
export async function checkModel(
	place: ModelPlace,
	folder: string,
	tokenizer: ChatTokenizer | undefined,
	report: Report,
	options: ModelOptions,
): Promise<void> {
	const { name } = place;
	const has = (part: string) => isFolder(join(folder, part));
	if (!has('acts') && !has('apply')) return;
	const acts = await readActs(join(folder, 'acts'), name, report);
	const apply = has('apply') ? await readApply(join(folder, 'apply'), name, report) : undefined;
	if (!tokenizer) report.skip(`${name} token ids`, 'no tokenizer.json for it');
	for (const fixture of acts) await checkActsTokens(fixture, name, tokenizer, report);
	if (apply) await checkApplyTokens(apply, acts, name, tokenizer, report);
	if (place.graphs.length === 0) {
		const reason = place.reason ?? 'no ONNX graph of it among the models';
		report.skip(`${name} activations, vectors, logits and replies`, reason);
		return;
	}
	skipUnknown(name, apply, report);
	for (const graph of place.graphs) {
		await report.attempt(graph.label, async () => {
			const files = await filesOf(graph.folder, place);
			const model = await HookedModel.load(files, {
				precision: 'exact',
				threads: options.threads,
				signal: options.signal,
			});
			try {
				await checkGraph(graph.label, model, acts, apply, report, options);
			} finally {
				await model.release();
			}
		});
	}
}

async function checkGraph(
	label: string,
	model: HookedModel,
	acts: readonly ActsFixture[],
	apply: ApplyFixture | undefined,
	report: Report,
	{ signal, threads, onProgress }: ModelOptions,
): Promise<void> {
	await checkActivations(acts, label, model, report, {
		signal,
		onProgress: (done, total) => onProgress?.(`${label} activations`, done, total),
	});
	if (!apply) return;
	await checkUnsteered(apply, label, model, report);
	const fits = new ScrubFits(model, {
		threads,
		signal,
		onProgress: (done, total) => onProgress?.(`${label} scrubbing`, done, total),
	});
	const runs = await runnableCases(label, model, acts, apply, fits, report);
	// One graph after the other: opening one costs more than most runs of it.
	for (const group of grouped(runs, ({ graph }) => graph)) {
		for (const run of group) {
			onProgress?.(`${label} steering`, runs.indexOf(run), runs.length);
			await checkLogits(run, apply, label, model, report);
		}
		await checkReplies(group, apply, label, model, report, signal);
	}
	onProgress?.(`${label} steering`, runs.length, runs.length);
}

async function runnableCases(
	label: string,
	model: HookedModel,
	acts: readonly ActsFixture[],
	apply: ApplyFixture,
	fits: ScrubFits,
	report: Report,
): Promise<RunnableCase[]> {
	const pool = new MapPool();
	const runs: RunnableCase[] = [];
	for (const one of apply.cases) {
		const check = `${label} apply ${one.name}`;
		const method = methodOf(one);
		const tensors = caseTensors(one, apply.cases);
		if ('unknown' in method || !tensors || !report.wants(check)) continue;
		const run = await report.attempt(check, async () => {
			const source = acts.find(({ name }) => name === one.acts);
			const scrubbed = method.runs === 'scrub' && source ? await fits.fit(one, source) : undefined;
			if (scrubbed) compareScrub(check, nameOf(label), one, one.tensors!, scrubbed, report);
			return runnableCase({ apply: one, tensors, acts: source, scrubbed }, model.info, pool);
		});
		if (run) runs.push(run);
	}
	return runs;
}

/** Once for a model, not for each of its graphs. */
function skipUnknown(name: string, apply: ApplyFixture | undefined, report: Report): void {
	for (const one of apply?.cases ?? []) {
		const method = methodOf(one);
		if ('unknown' in method)
			report.skip(`${name} apply ${one.name}`, `not a method that is known here: ${method.unknown}`);
	}
}
