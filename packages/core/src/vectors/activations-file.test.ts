import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longestArray } from '../../test/longest-array.js';
import { gaussians } from '../../test/random-problem.js';
import { writeSafetensors } from '../artifacts/index.js';
import { fitBinaryLeace } from '../erasure/index.js';
import { ActivationsDraft, openActivations, type Provenance, readActivations, writeActivations } from './index.js';
import { toMetadata } from './provenance.js';

let folder = '';
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'activations-'));
});
afterAll(() => rm(folder, { recursive: true }));

const provenance: Provenance = {
	...{ model: 'm', fingerprint: 'f', precision: 'exact', hookPoint: '0.resid_post', layer: 0, dataset: 'd' },
	...{ behavior: '', examples: 'e', positives: 1, negatives: 1, readout: 'last', version: '0' },
};
const random = (rows: number, width: number, seed: number) => ({
	...{ rows, width, data: Float32Array.from({ length: rows * width }, gaussians(seed)) },
});
const at = (name: string) => join(folder, `${name}.safetensors`);

const shapes = fc.record({ rows: fc.nat(40), width: fc.integer({ min: 1, max: 9 }), seed: fc.nat() });
const chunkBytes = fc.oneof(fc.constantFrom(0, 1, 36), fc.nat(2000));

describe('a file in chunks', () => {
	it('holds what it holds at once, whatever the chunks', async () => {
		await fc.assert(
			fc.asyncProperty(shapes, chunkBytes, async ({ rows, width, seed }, bytes) => {
				const whole = random(rows, width, seed);
				await writeActivations(at('chunks'), whole, provenance);
				expect((await readActivations(at('chunks'))).activations).toStrictEqual(whole);
				const open = await openActivations(at('chunks'), { chunkBytes: bytes });
				const most = Math.max(1, Math.floor(bytes / (4 * width)));
				// Twice: fits go through them more than once.
				for (let pass = 0; pass < 2; pass++) {
					const chunks = [...open.activations.chunks()];
					expect(chunks.flatMap((chunk) => [...chunk])).toEqual([...whole.data]);
					for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(most * width);
				}
				await open.close();
			}),
			{ numRuns: 50 },
		);
	});

	it('of another float type is read as at once', async () => {
		const bits = Uint16Array.from({ length: 30 }, (_, i) => 2000 * i);
		const double = Float64Array.from({ length: 30 }, gaussians(1));
		for (const [dtype, data] of [
			['F16', bits],
			['BF16', bits],
			['F64', double],
		] as const) {
			await writeSafetensors(at(dtype), { acts: { dtype, shape: [10, 3], data } }, toMetadata(provenance));
			const whole = (await readActivations(at(dtype))).activations.data;
			const { activations, close } = await openActivations(at(dtype), { chunkBytes: 20 });
			expect([...activations.chunks()].flatMap((chunk) => [...chunk])).toEqual([...whole]);
			await close();
		}
	});

	it('gives the fit of all rows, bit for bit', async () => {
		await fc.assert(
			fc.asyncProperty(shapes, chunkBytes, async ({ rows, width, seed }, bytes) => {
				const sides = [random(rows + 2, width, seed), random(rows + 3, width, seed + 1)] as const;
				await writeActivations(at('high'), sides[0], provenance);
				await writeActivations(at('low'), sides[1], provenance);
				const [high, low] = [
					await openActivations(at('high'), { chunkBytes: bytes }),
					await openActivations(at('low'), { chunkBytes: bytes }),
				];
				expect(fitBinaryLeace(high.activations, low.activations)).toStrictEqual(fitBinaryLeace(...sides));
				for (const { close } of [high, low]) await close();
			}),
			{ numRuns: 30 },
		);
	});

	it('that is cut meanwhile is refused', async () => {
		await writeActivations(at('cut'), random(10, 3, 1), provenance);
		const { activations, close } = await openActivations(at('cut'), { chunkBytes: 24 });
		await truncate(at('cut'), (await readFile(at('cut'))).length - 4);
		const refused = expect.objectContaining({ code: 'ERR_BAD_FILE', message: expect.stringContaining(at('cut')) });
		expect(() => [...activations.chunks()]).toThrow(refused);
		await close();
	});

	it('of many rows takes no more memory than one of few', async () => {
		const WIDTH = 16;
		const longest = async (rows: number) => {
			const sides = await Promise.all(
				['many-high', 'many-low'].map(async (name, seed) => {
					await writeActivations(at(name), random(rows, WIDTH, seed), provenance);
					return openActivations(at(name), { chunkBytes: 4 * WIDTH * 100 });
				}),
			);
			const [high, low] = sides.map(({ activations }) => activations);
			const most = await longestArray(() => fitBinaryLeace(high!, low!));
			for (const { close } of sides) await close();
			return most;
		};
		const few = await longest(600);
		expect(few).toBeLessThan(600 * WIDTH);
		expect(await longest(2400)).toBe(few);
	});
});

describe('a draft', () => {
	it('that is written in any pieces becomes the file that is written at once', async () => {
		const places = fc.array(fc.nat(40), { maxLength: 5 });
		await fc.assert(
			fc.asyncProperty(shapes, places, fc.boolean(), async ({ rows, width, seed }, cuts, backwards) => {
				const whole = random(rows, width, seed);
				await writeActivations(at('whole'), whole, provenance);
				const draft = await ActivationsDraft.create(at('draft'), whole, provenance);
				const ends = [...cuts.map((cut) => Math.min(cut, rows)), rows].sort((a, b) => a - b);
				const pieces = ends.map((end, i) => [i === 0 ? 0 : ends[i - 1]!, end] as const);
				for (const [from, to] of backwards ? pieces.reverse() : pieces) {
					await draft.write(from, whole.data.subarray(from * width, to * width));
				}
				const { activations, close } = await draft.read();
				expect([...activations.chunks()].flatMap((chunk) => [...chunk])).toEqual([...whole.data]);
				await close();
				await draft.finish();
				expect(await readFile(at('draft'))).toEqual(await readFile(at('whole')));
			}),
			{ numRuns: 50 },
		);
		expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
	});

	it('of which rows are missing does not become a file', async () => {
		const draft = await ActivationsDraft.create(at('missing'), { rows: 3, width: 2 }, provenance);
		await draft.write(1, new Float32Array(4));
		await expect(draft.finish()).rejects.toThrow('8 bytes were not written');
		await draft.discard();
		expect((await readdir(folder)).filter((name) => name.startsWith('missing'))).toEqual([]);
	});
});
