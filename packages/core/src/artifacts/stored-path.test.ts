import { describe, expect, it } from 'vitest';
import { parseSettings, responsePath, vecPath } from '../settings/index.js';
import { isLive, storedPath } from './stored-path.js';

const settings = parseSettings({ model: 'organism', layer: 2 });
const responses = responsePath(settings, -0.5);
const name = responses.split('/').at(-1)!;

describe('storedPath', () => {
	it('knows what the commands write, at each level', () => {
		const file = { folder: 'responses', name, base: name, kind: 'responses', manifest: false };
		expect(storedPath(responses)).toEqual({ ...file, level: 'root' });
		expect(storedPath(`./${responses}`)).toEqual({ ...file, level: 'root' });
		expect(storedPath(`responses/${name}`)).toEqual({ ...file, level: 'artifacts' });
		expect(storedPath(name)).toEqual({ ...file, level: 'folder' });
		expect(storedPath(`${responses}.manifest.json`)).toMatchObject({ base: name, kind: 'responses', manifest: true });
		expect(storedPath(`${responses}.measures.json`)).toMatchObject({ base: `${name}.measures.json`, kind: 'measures' });
		expect(storedPath(vecPath(settings))).toMatchObject({ folder: 'vecs', kind: 'tensor' });
	});

	it('knows what is kept aside, hashes of digits alone included', () => {
		const vector = vecPath(settings).split('/').at(-1)!;
		const aside = storedPath(`artifacts/conflicts/${vector}.0123456789012345.manifest.json`);
		expect(aside).toMatchObject({ folder: 'conflicts', base: vector, kind: 'tensor', manifest: true });
		expect(storedPath(`artifacts/conflicts/${name}`)).toMatchObject({ folder: 'conflicts', kind: 'responses' });
		expect(storedPath(`artifacts/vecs/${vector}.0123456789012345`)).toBeUndefined();
	});

	it.each([
		`${responses}.partial.jsonl`,
		`${responses}.scores.partial.jsonl`,
		'acts/acts_Morganism_Dprompts_L2_P+.safetensors.partial',
		`${responses}.1234`,
		`${responses}.lock`,
	])('takes %s for work that goes on, not for a result', (path) => {
		expect(storedPath(path)).toBeUndefined();
		expect(isLive(path)).toBe(true);
	});

	it.each([`vecs/${name}`, `artifacts/${name}`, `a/${responses}`, `../${name}`, name.replace('.json', '.js')])(
		'knows nothing of %s',
		(path) => {
			expect(storedPath(path)).toBeUndefined();
		},
	);
});
