import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MeasureRecord, measuresPath, readMeasures, writeMeasures } from './measures.js';

let folder = '';
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'measures-'));
});
afterAll(() => rm(folder, { recursive: true }));

const record = (value: number | null): MeasureRecord => ({
	...{ value, interval: value === null ? null : [value - 1, value + 1], n: 2, unit: 'question' },
	...{ values: [value, null], provenance: { data: 'd' }, versions: { steering: '0' } },
});
const of = { settings: { model: 'toy' }, mult: 0.5 };

it('are merged measure by measure, baselines apart, and the order of measuring does not show', async () => {
	const [one, two] = [join(folder, 'one.json'), join(folder, 'two.json')];
	expect(await readMeasures(one)).toBeUndefined();
	await writeMeasures(one, { ...of, measures: { kl: record(1) } });
	await writeMeasures(one, { ...of, baselines: { random: { ab: record(2) } } });
	await writeMeasures(one, { ...of, measures: { ab: record(3), kl: record(null) } });
	expect(await readMeasures(one)).toEqual({
		...{ schema: 1, settings: { model: 'toy' }, mult: 0.5 },
		measures: { ab: record(3), kl: record(null) },
		baselines: { random: { ab: record(2) } },
	});
	await writeMeasures(two, { ...of, measures: { ab: record(3) }, baselines: { random: { ab: record(2) } } });
	await writeMeasures(two, { ...of, measures: { kl: record(null) } });
	expect(await readFile(measuresPath(two))).toEqual(await readFile(measuresPath(one)));
	expect((await readdir(folder)).sort()).toEqual(['one.json.measures.json', 'two.json.measures.json']);
});

it('a file that is no measures file is named, and left as it is', async () => {
	const path = join(folder, 'bad.json');
	await writeFile(
		measuresPath(path),
		'{"schema": 1, "settings": {}, "mult": 1, "measures": {"luck": {}}, "baselines": {}}',
	);
	await expect(readMeasures(path)).rejects.toMatchObject({
		code: 'ERR_BAD_FILE',
		message: expect.stringMatching(/bad\.json\.measures\.json: at measures/),
	});
	await expect(writeMeasures(path, { ...of, measures: { kl: record(1) } })).rejects.toThrow('at measures');
	expect(await readFile(measuresPath(path), 'utf8')).toContain('luck');
});
