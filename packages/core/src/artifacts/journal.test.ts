import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Journal } from './index.js';

let folder = '';
let count = 0;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterAll(() => rm(folder, { recursive: true }));

const unit = z.object({ row: z.int(), text: z.string() });
const open = (path: string, key = 'seed 1') => new Journal(path, unit, { key });
const fresh = () => join(folder, `${count++}`, 'responses.json');

it('keeps units until it is removed', () => {
	const path = fresh();
	const journal = open(path);
	expect(journal.entries()).toEqual([]);
	expect(existsSync(journal.path)).toBe(false);
	journal.append({ row: 0, text: 'a\nb' });
	journal.append({ row: 1, text: 'é' });
	expect(open(path).entries()).toEqual([
		{ row: 0, text: 'a\nb' },
		{ row: 1, text: 'é' },
	]);
	journal.close();
	journal.append({ row: 2, text: '' });
	expect(open(path).entries()).toHaveLength(3);
	journal.remove();
	expect(existsSync(journal.path)).toBe(false);
	expect(open(path).entries()).toEqual([]);
});

it('wherever a kill cuts it, whole units remain and more can be added', () => {
	const units = [0, 1, 2].map((row) => ({ row, text: 'naïve 😀'.repeat(row) }));
	const path = fresh();
	const whole = open(path);
	for (const each of units) whole.append(each);
	whole.close();
	const bytes = readFileSync(whole.path);
	fc.assert(
		fc.property(fc.nat(bytes.length), (cut) => {
			writeFileSync(whole.path, bytes);
			truncateSync(whole.path, cut);
			const journal = open(path);
			const before = journal.entries();
			expect(before).toEqual(units.slice(0, before.length));
			journal.append({ row: 9, text: 'next' });
			journal.close();
			expect(open(path).entries()).toEqual([...before, { row: 9, text: 'next' }]);
		}),
	);
});

it('gives units one by one, lines longer than what is read at a time included', () => {
	const units = [3_000_000, 0, (1 << 20) - 24, 5].map((length, row) => ({ row, text: 'é'.repeat(length / 2) }));
	const path = fresh();
	const journal = open(path);
	for (const each of units) journal.append(each);
	journal.close();
	expect([...open(path).units()]).toEqual(units);
	const [first] = open(path).units();
	expect(first).toEqual(units[0]);
	appendFileSync(journal.path, 'not json\n{"row":9,"text":""}\n');
	const some: unknown[] = [];
	const damaged = expect.objectContaining({ code: 'ERR_BAD_FILE', message: expect.stringContaining('line 6') });
	expect(() => {
		for (const each of open(path).units()) some.push(each);
	}).toThrow(damaged);
	expect(some).toEqual(units);
});

it('refuses the work of other flags', () => {
	const path = fresh();
	const journal = open(path, 'seed 1');
	journal.append({ row: 0, text: 'a' });
	journal.close();
	const before = readFileSync(journal.path);
	const mismatch = expect.objectContaining({ code: 'ERR_MISMATCH', hint: expect.stringContaining('--overwrite') });
	expect(() => open(path, 'seed 2').entries()).toThrow(mismatch);
	expect(() => open(path, 'seed 2').append({ row: 0, text: 'b' })).toThrow(mismatch);
	expect(readFileSync(journal.path)).toEqual(before);
});

it.each(['{"row":1}', 'not json', '[]'])('names the line when %s stands in the middle', (line) => {
	const journal = open(fresh());
	journal.append({ row: 0, text: 'a' });
	appendFileSync(journal.path, `${line}\n{"row":2,"text":""}\n`);
	journal.close();
	const damaged = expect.objectContaining({ code: 'ERR_BAD_FILE', message: expect.stringContaining('line 3') });
	expect(() => journal.entries()).toThrow(damaged);
});
