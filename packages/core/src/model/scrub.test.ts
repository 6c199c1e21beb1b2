import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
	type ApplyFixture,
	caseTensors,
	needsShared,
	numbers,
	readJson,
	TINY_LAYOUTS,
	tinyModel,
} from '../../test/shared-fixtures.js';
import { fitScrub, type ScrubRequest } from './scrub.js';
import { StreamStore } from './stream-store.js';

/** SPEC 3: scrub parameters of the tiny model, relative Frobenius. */
const PARAMETERS = 1e-3;

interface Acts {
	examples: { positive: boolean; token_ids: number[] }[];
}

const session = () => ({ precision: 'exact' as const, threads: 1, work: { sessions: 0, runs: 0, tokens: 0 } });

function requestFor(layout: (typeof TINY_LAYOUTS)[number], acts: string): Omit<ScrubRequest, 'mult' | 'method'> {
	const { examples } = readJson<Acts>(`fixtures/tiny/acts/${acts}.json`);
	const side = (wanted: boolean) =>
		examples.filter(({ positive }) => positive === wanted).map(({ token_ids }) => token_ids);
	return {
		path: join(tinyModel(layout), 'model.onnx'),
		layers: 4,
		positives: side(true),
		negatives: side(false),
		session: session(),
	};
}

describe.skipIf(needsShared)(`fitScrub against the PyTorch fixtures${needsShared}`, () => {
	const apply = needsShared
		? ({ cases: [], mults: [] } as unknown as ApplyFixture)
		: readJson<ApplyFixture>('fixtures/tiny/apply/apply.json');
	const cases = apply.cases.filter(({ name, settings }) => settings.scrub && !/_(before|after)$/.test(name));

	describe.each(TINY_LAYOUTS)('%s', (layout) => {
		it.each(cases)('$name: vector, eraser and centre of every sub-layer, at every multiplier', async (scrub) => {
			const tensors = await caseTensors('fixtures/tiny/apply', scrub.name);
			const acts = (scrub as unknown as { acts: string }).acts;
			let compared = 0;
			for (const [m, mult] of apply.mults.entries()) {
				if (!tensors.has(`m${m}.layer0.vec`)) continue;
				const method = scrub.settings.leace as 'leace' | 'orth';
				const steps = await fitScrub({ ...requestFor(layout, acts), mult, method });
				for (const [i, { vector, map }] of steps.entries()) {
					const at = `m${m}.layer${i}`;
					expect(relativeError(vector, numbers(tensors, `${at}.vec`))).toBeLessThan(PARAMETERS);
					expect(relativeError(map.center, numbers(tensors, `${at}.bias`))).toBeLessThan(PARAMETERS);
					const product = outer(map.left, map.right, 64, map.rank);
					const reference = outer(numbers(tensors, `${at}.proj_left`), numbers(tensors, `${at}.proj_right`), 64, 2);
					// Ours acts on rows from the right, and subtracts.
					expect(relativeError(product, transposedNegative(reference, 64))).toBeLessThan(PARAMETERS);
					compared++;
				}
			}
			expect(compared).toBeGreaterThan(0);
		});
	});

	it('runs every block once', async () => {
		const request = requestFor('onnx-genai', 'prompts_res');
		await fitScrub({ ...request, mult: 1, method: 'leace' });
		const { work } = request.session;
		expect(work.sessions).toBe(1 + 8);
		const batches = work.runs / work.sessions;
		expect(Number.isInteger(batches)).toBe(true);
	});
});

describe('StreamStore', () => {
	it('gives back what was put, from memory or from disk, and leaves no file', () => {
		const before = readdirSync(tmpdir()).filter((name) => name.startsWith('steering-streams-')).length;
		const store = new StreamStore(100);
		const batches = [new Float32Array(10).fill(1), new Float32Array(20).fill(2), new Float32Array(15).fill(3)];
		for (let round = 0; round < 3; round++) {
			for (const [b, data] of batches.entries())
				store.put(
					b,
					data.map((value) => value + round),
				);
			for (const [b, data] of batches.entries()) expect(store.get(b)).toEqual(data.map((value) => value + round));
		}
		expect(() => store.get(9)).toThrow('no batch 9');
		store.close();
		expect(readdirSync(tmpdir()).filter((name) => name.startsWith('steering-streams-'))).toHaveLength(before);
	});
});

function relativeError(found: Float32Array, reference: Float32Array): number {
	let difference = 0;
	let norm = 0;
	for (const [i, value] of reference.entries()) {
		difference += (found[i]! - value) ** 2;
		norm += value ** 2;
	}
	// An eraser that does nothing is zero on both sides.
	return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

function outer(left: Float32Array, right: Float32Array, width: number, rank: number): Float32Array {
	const product = new Float32Array(width * width);
	for (let i = 0; i < width; i++) {
		for (let j = 0; j < width; j++)
			for (let k = 0; k < rank; k++) product[i * width + j]! += left[i * rank + k]! * right[k * width + j]!;
	}
	return product;
}

function transposedNegative(matrix: Float32Array, width: number): Float32Array {
	return matrix.map((_, at) => -matrix[(at % width) * width + Math.floor(at / width)]!);
}
