import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { datasetsCache, resolveDataRoot } from '@steering/core/datasets';
import { listDatasets } from '@steering/datasets';
import { type Finding, wrong } from './finding.js';

/** The embedded model's data, and which of the public data sets are there. */
export async function dataFindings(env: NodeJS.ProcessEnv): Promise<Finding[]> {
	const isThere = existsSync(join(resolveDataRoot({ model: 'organism', env: {} }), 'harm_dataset.csv'));
	const own: Finding = isThere
		? { state: 'ok', what: 'organism', about: 'its own data sets' }
		: {
				state: 'wrong',
				what: 'organism',
				about: 'its data sets are not there',
				todo: 'check the repository out again',
			};
	try {
		return [own, await publicSets(env.STEERING_DATA || datasetsCache(env))];
	} catch (error) {
		return [own, wrong('public', error)];
	}
}

async function publicSets(folder: string): Promise<Finding> {
	const files = await listDatasets(folder);
	const there = files.filter(({ state }) => state !== 'missing').length;
	const changed = files.filter(({ state }) => state === 'changed').length;
	const about = `${there} of ${files.length} files${changed ? `, ${changed} changed` : ''}`;
	if (there === files.length) return { state: 'ok', what: 'public', about };
	return { state: 'absent', what: 'public', about, todo: 'pnpm datasets fetch' };
}
