import { join } from 'node:path';
import type { ChatTokenizer } from '@steering/core/model';
import type { Check } from './check.js';
import { findParts, findPlaces } from './places.js';
import { Report } from './report.js';

export interface ParityOptions {
	/** Laid out as the fixtures; any part may be absent. */
	dir: string;
	/** The folder of models other than tiny. Default: `models` beside DIR, else in `shared` beside the repository. */
	models?: string | undefined;
	/** Only checks whose name matches. */
	only?: RegExp | undefined;
	/** Threads of the models; default: all cores. */
	threads?: number | undefined;
	signal?: AbortSignal | undefined;
	/** Told of each check as it is made. */
	onCheck?: ((check: Check) => void) | undefined;
	onProgress?: ((what: string, done: number, total: number) => void) | undefined;
	/** Told what is fetched, before it takes its time. */
	onNote?: ((line: string) => void) | undefined;
	/** For the cache folder and for pip; default: this process's. */
	env?: NodeJS.ProcessEnv | undefined;
}

export interface ParityResult {
	rows: Check[];
	passed: number;
	failed: number;
	skipped: number;
}

/**
 * Compares this toolkit with the reference's numbers in a folder laid out as the fixtures. What cannot be read or compared is a
 * failed check; only a folder that is not there is thrown (ERR_MISSING_INPUT), and an abort.
 */
export async function checkParity(options: ParityOptions): Promise<ParityResult> {
	const places = findPlaces(options.dir, options.models);
	const parts = findParts(places);
	const report = new Report(options);
	const { checkMisc } = await import('./misc-fixtures.js');
	const { checkModel } = await import('./check-model.js');
	const { tokenizerOf } = await import('./model-place.js');
	const { ModelPlaces } = await import('./model-places.js');
	const models = new ModelPlaces(parts.models, places, report, options);

	const loaded = new Map<string, Promise<ChatTokenizer | undefined>>();
	const tokenizer = (name: string) => {
		const loading =
			loaded.get(name) ?? report.attempt(`${name} tokenizer`, async () => tokenizerOf(await models.place(name)));
		loaded.set(name, loading);
		return loading;
	};
	if (parts.hasMisc) await checkMisc({ folder: join(places.fixtures, 'misc'), places, report, tokenizer });
	for (const name of parts.models) {
		const place = await models.place(name);
		await checkModel(place, join(places.fixtures, name), await tokenizer(name), report, options);
	}
	for (const name of parts.others) {
		const folder = join(places.fixtures, name);
		if (name === 'math') await (await import('./check-math.js')).checkMath(folder, report);
		else if (name === 'pt') await (await import('./check-pt.js')).checkPt(places.fixtures, report);
		else report.skip(name, 'not a part that is known here');
	}
	const count = (status: Check['status']) => report.checks.filter((check) => check.status === status).length;
	return { rows: report.checks, passed: count('ok'), failed: count('FAIL'), skipped: count('skip') };
}
