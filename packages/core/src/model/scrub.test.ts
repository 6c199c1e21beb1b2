import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
	type ApplyFixture,
	caseTensors,
	needsShared,
	numbers,
	readJson,
	TINY_LAYOUTS,
	tinyModel,
} from '../../test/shared-fixtures.js';
import { loadPromptPairs, resolveDataRoot } from '../datasets/index.js';
import { HookedModel } from './hooked-model.js';
import { noWork } from './open-session.js';
import { fitScrub, type ScrubRequest } from './scrub.js';
import { StreamStore } from './stream-store.js';

/** SPEC 3: scrub parameters of the tiny model, relative Frobenius. */
const PARAMETERS = 1e-3;

interface Acts {
	examples: { positive: boolean; token_ids: number[] }[];
}

const session = () => ({ precision: 'exact' as const, threads: 1, work: noWork() });

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

/** The organism's own prompts, without any fixture. */
async function organismRequest(more: Partial<ScrubRequest> = {}): Promise<ScrubRequest> {
	const model = await HookedModel.load('organism');
	const { positives, negatives } = await loadPromptPairs(
		{ dataset: 'prompts', behavior: null },
		resolveDataRoot({ model: 'organism' }),
	);
	const idsOf = (side: typeof positives) => side.map(({ messages }) => model.tokenizer.encodeChat(messages));
	return {
		path: model.files.onnxPath,
		layers: model.info.layers,
		positives: idsOf(positives),
		negatives: idsOf(negatives),
		name: 'prompts.csv',
		mult: 1,
		method: 'leace',
		session: session(),
		...more,
	};
}

/** Files without a name that this process holds open in a folder; only Linux says. */
const openFiles = (folder: string) =>
	readdirSync('/proc/self/fd')
		.map((fd) => {
			try {
				return readlinkSync(join('/proc/self/fd', fd));
			} catch {
				return '';
			}
		})
		.filter((path) => path.startsWith(folder));
const linux = process.platform === 'linux';

describe('streams on disk', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'scrub-'));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	it('give the same bytes as in memory, in part or as a whole, and nothing is left', async () => {
		const inMemory = await fitScrub(await organismRequest());
		for (const limitBytes of [0, 100_000]) {
			const spill = { limitBytes, folder: join(folder, 'made') };
			let open = 0;
			const work = new Proxy(session().work, {
				set(...args) {
					if (linux) open = Math.max(open, openFiles(folder).length);
					return Reflect.set(...args);
				},
			});
			const onProgress = () => expect(readdirSync(spill.folder)).toEqual([]);
			const request = await organismRequest({ spill, onProgress, session: { ...session(), work } });
			expect(await fitScrub(request)).toEqual(inMemory);
			// The streams, and what the sub-layer adds to them.
			if (linux) expect(open).toBe(2);
			if (linux) expect(openFiles(folder)).toEqual([]);
		}
	});

	it.runIf(linux)('are closed when the fit is stopped, or fails', async () => {
		const spill = { limitBytes: 0, folder };
		const abort = new AbortController();
		let done = 0;
		const onProgress = () => {
			done++;
			if (done === 2) abort.abort();
		};
		const stopped = fitScrub(await organismRequest({ spill, signal: abort.signal, onProgress }));
		await expect(stopped).rejects.toThrow('aborted');
		expect(done).toBe(2);
		expect(openFiles(folder)).toEqual([]);
		const { positives, ...rest } = await organismRequest({ spill });
		await expect(fitScrub({ ...rest, positives: positives.slice(0, 1) })).rejects.toThrow();
		expect(openFiles(folder)).toEqual([]);
	});

	it('a folder that cannot be written is named', async () => {
		writeFileSync(join(folder, 'file'), '');
		const spill = { limitBytes: 0, folder: join(folder, 'file') };
		const failed = fitScrub(await organismRequest({ spill }));
		await expect(failed).rejects.toMatchObject({
			code: 'ERR_FAILED',
			message: expect.stringContaining(`cannot keep activations in ${spill.folder}`),
		});
	});

	it('are read back as they were put, batch by batch', () => {
		const store = new StreamStore({ limitBytes: 100, folder });
		const batches = [new Float32Array(10).fill(1), new Float32Array(20).fill(2), new Float32Array(15).fill(3)];
		for (let round = 0; round < 3; round++) {
			const data = batches.map((batch) => batch.map((value) => value + round));
			for (const [b, rows] of data.entries()) store.put(b, rows);
			for (const [b, rows] of data.entries()) expect(store.get(b)).toEqual(rows);
		}
		expect(() => store.get(9)).toThrow('no batch 9');
		store.close();
	});
});

describe('what cannot be scrubbed is refused, naming file, sub-layer and multiplier', () => {
	const said = async (more: Partial<ScrubRequest>) => fitScrub(await organismRequest(more)).catch((error) => error);

	it('one example on a side, or the same everywhere', async () => {
		const { positives } = await organismRequest();
		expect(await said({ positives: positives.slice(0, 1) })).toMatchObject({
			code: 'ERR_BAD_FILE',
			message: 'prompts.csv at 0.attn_out (multiplier 1), smallest class: 1 example, 2 at least',
		});
		const same = [positives[0]!, positives[0]!];
		expect(await said({ positives: same, negatives: same })).toMatchObject({
			code: 'ERR_BAD_FILE',
			message: 'prompts.csv at 0.attn_out (multiplier 1): the same numbers in every row',
		});
	});

	it.each([1e21, -1e39, 1e40, 1e308])('multiplier %s', async (mult) => {
		const error = await said({ mult });
		expect(error).toMatchObject({ code: 'ERR_USAGE' });
		expect(error.message).toMatch(/^multiplier \S+ takes the scrubbed stream out of float32 at \d\.(attn|mlp)_out$/);
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
