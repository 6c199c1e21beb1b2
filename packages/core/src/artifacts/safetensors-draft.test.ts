import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSafetensors, SafetensorsDraft, writeSafetensors } from './index.js';

let folder = '';
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'draft-'));
});
afterEach(() => rm(folder, { recursive: true }));

const ACTS = { acts: { dtype: 'F32' as const, shape: [2, 3] } };
const numbers = Float32Array.of(1, -0, Number.NaN, Infinity, 5e-40, 6);

it('pieces in any order make the bytes of a whole file', async () => {
	const [whole, pieces] = [join(folder, 'whole'), join(folder, 'a', 'pieces')];
	const sizes = fc.array(fc.nat(5), { minLength: 1, maxLength: 6 });
	const tensors = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 6 }), sizes), {
		maxLength: 3,
		selector: ([name]) => name,
	});
	await fc.assert(
		fc.asyncProperty(tensors, fc.boolean(), async (all, backwards) => {
			const named = all.filter(([name]) => name !== '__metadata__');
			const tensor = (lengths: number[], t: number) => {
				const count = lengths.reduce((sum, length) => sum + length, 0);
				const data = Array.from({ length: count }, (_, i) => 10 * t + i);
				if (t % 2 === 1) return { dtype: 'F64' as const, shape: [count], data: Float64Array.from(data) };
				return { dtype: 'F32' as const, shape: [count], data: Float32Array.from(data) };
			};
			const made = named.map(([name, lengths], t) => ({ name, lengths, ...tensor(lengths, t) }));
			const metadata = { b: 'é', a: '' };
			const entries = Object.fromEntries(made.map(({ name, dtype, shape, data }) => [name, { dtype, shape, data }]));
			await writeSafetensors(whole, entries, metadata);
			const draft = await SafetensorsDraft.create(pieces, entries, metadata);
			const writes = made.flatMap(({ name, lengths, data }) => {
				const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length, 0));
				return ends.map((end, i) => () => draft.write(name, end - lengths[i]!, data.subarray(end - lengths[i]!, end)));
			});
			for (const write of backwards ? writes.reverse() : writes) await write();
			await draft.finish();
			expect(await readFile(pieces)).toEqual(await readFile(whole));
			expect(await readdir(join(folder, 'a'))).toEqual(['pieces']);
		}),
		{ numRuns: 50 },
	);
});

it('the old file stays until the new one is whole, and gives it its mode', async () => {
	const path = join(folder, 'file');
	await writeFile(path, 'old');
	await chmod(path, 0o640);
	const draft = await SafetensorsDraft.create(path, ACTS);
	await draft.write('acts', 3, numbers.subarray(3));
	await expect(draft.finish()).rejects.toThrow('12 bytes were not written');
	expect(await readFile(path, 'utf8')).toBe('old');
	await draft.write('acts', 0, numbers.subarray(0, 3));
	const file = await openSafetensors(draft.temporary);
	expect((await file.read('acts')).data).toEqual(numbers);
	await file.close();
	await draft.finish();
	await draft.discard();
	expect(await readdir(folder)).toEqual(['file']);
	expect((await stat(path)).mode & 0o777).toBe(0o640);
	expect((await readFile(path)).subarray(-24)).toEqual(Buffer.from(numbers.buffer));
});

it('discarded, it leaves the old file and no other', async () => {
	const path = join(folder, 'file');
	await writeFile(path, 'old');
	const draft = await SafetensorsDraft.create(path, ACTS);
	await draft.write('acts', 0, numbers);
	await draft.discard();
	expect(await readdir(folder)).toEqual(['file']);
	expect(await readFile(path, 'utf8')).toBe('old');
});

it('what a killed process left is written over', async () => {
	const path = join(folder, 'file');
	const killed = await SafetensorsDraft.create(path, { acts: { dtype: 'F32', shape: [500, 3] } }, { left: 'here' });
	await killed.write('acts', 3, numbers);
	const draft = await SafetensorsDraft.create(path, ACTS);
	await draft.write('acts', 0, numbers);
	await draft.finish();
	await writeSafetensors(join(folder, 'whole'), { acts: { ...ACTS.acts, data: numbers } });
	expect(await readFile(path)).toEqual(await readFile(join(folder, 'whole')));
	expect(await readdir(folder)).toEqual(['file', 'whole']);
});

it('a link stays one, and what it points to is replaced', async () => {
	await mkdir(join(folder, 'disk'));
	const [path, target] = [join(folder, 'link'), join(folder, 'disk', 'file')];
	await writeFile(target, 'old');
	await symlink(target, path);
	const draft = await SafetensorsDraft.create(path, ACTS);
	expect(await readdir(join(folder, 'disk'))).toEqual(['file', 'file.partial']);
	await draft.write('acts', 0, numbers);
	await draft.finish();
	expect(await readdir(folder)).toEqual(['disk', 'link']);
	expect((await readFile(target)).subarray(-24)).toEqual(Buffer.from(numbers.buffer));
});

it('no numbers at all are a file, too', async () => {
	const empty = { acts: { dtype: 'F32' as const, shape: [0, 3], data: new Float32Array(0) } };
	const draft = await SafetensorsDraft.create(join(folder, 'draft'), empty);
	await draft.finish();
	await writeSafetensors(join(folder, 'whole'), empty);
	expect(await readFile(join(folder, 'draft'))).toEqual(await readFile(join(folder, 'whole')));
});

it('refuses parts that are not the tensor’s', async () => {
	const draft = await SafetensorsDraft.create(join(folder, 'file'), ACTS);
	await expect(draft.write('acts', 1, numbers)).rejects.toThrow(RangeError);
	await expect(draft.write('others', 0, numbers)).rejects.toThrow(RangeError);
});

it('says where it could not write', async () => {
	await writeFile(join(folder, 'plain'), '');
	const path = join(folder, 'plain', 'file');
	const message = expect.stringContaining(`cannot write ${path}`);
	await expect(SafetensorsDraft.create(path, ACTS)).rejects.toMatchObject({ code: 'ERR_FAILED', message });
	const draft = await SafetensorsDraft.create(join(folder, 'dir'), ACTS);
	await draft.write('acts', 0, numbers);
	await mkdir(join(folder, 'dir'));
	await expect(draft.finish()).rejects.toMatchObject({ code: 'ERR_FAILED' });
	await draft.discard();
	expect(await readdir(folder)).toEqual(['dir', 'plain']);
});
