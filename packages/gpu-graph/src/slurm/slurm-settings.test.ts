import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { SITE_FILE, slurmSettings } from './slurm-settings.js';

const root = mkdtempSync(join(tmpdir(), 'slurm-settings-'));
const site = (text: string) => writeFileSync(join(root, SITE_FILE), text);
afterAll(() => rmSync(root, { recursive: true }));

test('flags go before the run file, the run file before the site; options of sbatch add up', () => {
	site('{"account": "lab", "partition": "gpu", "time": "1-00", "sbatch": ["--exclusive"]}');
	const ofRun = { partition: 'long', memory: '32G', sbatch: ['--constraint=a100'] };
	expect(slurmSettings(root, ofRun, { memory: '64G' })).toEqual({
		account: 'lab',
		partition: 'long',
		time: '1-00',
		memory: '64G',
		sbatch: ['--exclusive', '--constraint=a100'],
	});
});

test.each([
	[{ time: 'soon' }, '--time soon must be minutes, HH:MM:SS or D-HH:MM'],
	[{ memory: 'much' }, '--memory much must be like 32G'],
	[{ sbatch: ['--array=1-3'] }, '--sbatch --array=1-3 is set by gpu-graph itself'],
	[{ sbatch: ['-p x'] }, '--sbatch -p x must look like --constraint=a100'],
])('%j is refused', (flags, message) => {
	site('{}');
	expect(() => slurmSettings(root, {}, flags)).toThrow(message);
});

test('a site file that is none is named', () => {
	site('{"acount": "lab"}');
	expect(() => slurmSettings(root)).toThrow(`${join(root, SITE_FILE)} Unrecognized key: "acount"`);
	site('account: lab');
	expect(() => slurmSettings(root)).toThrow('is not JSON');
});
