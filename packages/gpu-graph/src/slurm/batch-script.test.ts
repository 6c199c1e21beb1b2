import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parseRun } from '../parse-run.js';
import { batchScript, quote } from './batch-script.js';
import { readExit } from './exit-record.js';
import { ranges } from './submit.js';

const dir = mkdtempSync(join(tmpdir(), "batch it's "));
afterAll(() => rmSync(dir, { recursive: true }));

const text = fc
	.string({ unit: 'binary', maxLength: 20 })
	.filter((word) => !word.includes('\0') && !/\p{Cs}/u.test(word));

test('a quoted word comes out of a shell as it went in', () => {
	fc.assert(
		fc.property(fc.array(text, { minLength: 1 }), (words) => {
			const out = execFileSync('bash', ['-c', `printf '%s\\0' ${words.map(quote).join(' ')}`], { encoding: 'utf8' });
			expect(out.split('\0').slice(0, -1)).toEqual(words);
		}),
		{ numRuns: 50 },
	);
});

test('the script hands words and environment to the command as they are, and leaves a record', () => {
	const name = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((word) => !word.includes('='));
	fc.assert(
		fc.property(fc.array(text), name, text, (words, variable, value) => {
			const show = 'console.log(JSON.stringify([process.argv.slice(1), process.env]))';
			const command = [process.execPath, '-e', show, '--', ...words];
			const [job] = parseRun({ jobs: [{ name: 'j', command, env: { [variable]: value } }] }, 'r', 'r').jobs;
			const [log, err] = [join(dir, 'log'), join(dir, 'err')];
			const script = batchScript([{ job: job!, task: 3, log, err }], { root: dir, dir, token: 't', grace: 1 });
			rmSync(join(dir, 't-3.exit'), { force: true });
			writeFileSync(join(dir, 'script'), script);
			execFileSync('bash', [join(dir, 'script')], {
				env: { PATH: process.env.PATH, SLURM_JOB_ID: '20007', SLURM_ARRAY_TASK_ID: '3' },
			});
			const [given, env] = JSON.parse(readFileSync(log, 'utf8'));
			expect(given).toEqual(words);
			expect(env[variable]).toBe(value);
			if (variable !== 'STEERING_SLOT') expect(env.STEERING_SLOT).toBe('7');
			expect(readExit(join(dir, 't-3'))).toMatchObject({ why: 'done', code: 0 });
		}),
		{ numRuns: 8 },
	);
});

test('ranges of array tasks', () => {
	expect(ranges([0, 1, 2, 5, 7, 6, 9])).toBe('0-2,5-7,9');
	fc.assert(
		fc.property(fc.uniqueArray(fc.nat({ max: 50 }), { minLength: 1 }), (numbers) => {
			const back = ranges(numbers)
				.split(',')
				.flatMap((part) => {
					const [first, last = first] = part.split('-').map(Number);
					return Array.from({ length: last! - first! + 1 }, (_, index) => first! + index);
				});
			expect(back).toEqual(numbers.toSorted((a, b) => a - b));
		}),
	);
});
