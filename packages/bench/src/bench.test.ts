import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCheckpoint } from '@steering/core/checkpoints';
import { execaNode } from 'execa';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildCost } from './build-cost.js';
import { encodeGguf } from './curves/encode-gguf.js';
import { chooseJobs } from './job.js';
import { benchRow, spreadOf } from './ratios.js';
import { SPEED_JOBS } from './speed/bench-speed.js';
import { compete, requireReplies } from './speed/rounds.js';
import { sharedTokens } from './speed/same-text.js';

const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];
const bench = (...args: string[]) => execaNode(cli, args, { nodeOptions, reject: false });

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'bench-test-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a row of the bench', () => {
	it.each([
		[[3, 1, 2], { median: 2, min: 1, max: 3 }],
		[[4, 1, 2, 3], { median: 2.5, min: 1, max: 4 }],
		[[7], { median: 7, min: 7, max: 7 }],
	])('%j', (ratios, ratio) => {
		expect(benchRow('leace', 'concept_erasure', ratios, 10)).toEqual({
			...{ job: 'leace', against: 'concept_erasure', target: 10 },
			ratio,
		});
	});

	it('has its median between least and most, whatever the order of the rounds', () => {
		fc.assert(
			fc.property(
				fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 }),
				(values) => {
					const { median, min, max } = spreadOf(values);
					expect(min).toBeLessThanOrEqual(median);
					expect(median).toBeLessThanOrEqual(max);
					expect(spreadOf(values.toReversed())).toEqual({ median, min, max });
				},
			),
		);
	});
});

describe('rounds in turn', () => {
	const context = {
		...{ rounds: 3, folder: '', model: '', threads: 1, signal: undefined },
		onNote: () => {},
	};
	const contest = { name: 'a', job: 'a job', against: 'another', target: 2 };
	/** Sides that say who is asked, and answer with the given values. */
	const sides = (ours: number[], theirs: number[]) => {
		const asked: string[] = [];
		const side = (name: string, values: number[]) => async () => {
			asked.push(name);
			const value = values.shift()!;
			return { value, cpu: value / 2 };
		};
		return { asked, ours: side('ours', ours), theirs: side('theirs', theirs) };
	};

	it('alternate who begins, and pair the values of one round', async () => {
		const { asked, ...pair } = sides([20, 30, 80], [10, 10, 20]);
		const row = await compete({ ...contest, unit: 'tokens/s', ...pair }, context);
		expect(asked).toEqual(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs']);
		expect(row.ratio).toEqual({ median: 3, min: 2, max: 4 });
		expect(row.measured!.cpu).toEqual({ median: 3, min: 2, max: 4 });
		expect(row.measured!.theirs).toEqual({ median: 10, min: 10, max: 20 });
	});

	it('of seconds and bytes, less is better', async () => {
		const { asked, ...pair } = sides([1, 1, 1], [6, 5, 7]);
		const row = await compete({ ...contest, unit: 's', ...pair }, context);
		expect(asked).toHaveLength(6);
		expect(row.ratio).toEqual({ median: 6, min: 5, max: 7 });
	});
});

describe('what is checked before a round counts', () => {
	it('replies that are fewer or shorter are an error', () => {
		requireReplies('it', [[1, 2]], 1, 2);
		expect(() => requireReplies('it', [[1, 2]], 2, 2)).toThrow('it gave 1 replies of 2 tokens and more, not 2 of 2');
		expect(() => requireReplies('it', [[1], [1, 2]], 2, 2)).toThrow('not 2 of 2');
	});

	it('greedy replies may part at a near tie only', () => {
		expect(sharedTokens('it', [1, 2, 3], [1, 2, 3], [9, 9, 9])).toBe(3);
		expect(sharedTokens('it', [1, 2, 3], [1, 5, 6], [9, 0.1, 9])).toBe(1);
		expect(() => sharedTokens('it', [1, 2, 3], [1, 5, 3], [9, 4, 9])).toThrow(
			'it greedily chose token 5 at place 1, where ours, 2, is 4.00 ahead',
		);
	});
});

it('jobs are chosen by name, in the order of their table', () => {
	const names = SPEED_JOBS.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	expect(chooseJobs(SPEED_JOBS, [names[3]!, names[1]!]).map(({ name }) => name)).toEqual([names[1], names[3]]);
	expect(chooseJobs(SPEED_JOBS, undefined)).toEqual(SPEED_JOBS);
});

it('the GGUF of a random model is read as it was written', async () => {
	const path = join(dir, 'random.gguf');
	const { tensors, keys } = await import('./curves/random-model.js').then(({ randomParts }) => randomParts(64));
	writeFileSync(path, encodeGguf(keys, tensors));
	const checkpoint = await openCheckpoint(path);
	try {
		expect(checkpoint.design).toMatchObject({ layers: 4, width: 64, heads: 1, vocab: 512, tied: true });
		const rows: number[] = [];
		for await (const piece of checkpoint.rows('model.layers.3.mlp.down_proj.weight', [64, 192])) rows.push(...piece);
		expect(rows).toEqual([...tensors['blk.3.ffn_down.weight']!.data]);
	} finally {
		await checkpoint.close();
	}
});

describe('the command', () => {
	it('runs a job on the embedded model: every reply counted, the rows as JSON, the picture drawn', async () => {
		const { stdout, stderr, exitCode } = await bench(
			...['--jobs', 'all-layers', '--model', 'organism', '--rounds', '1', '--threads', '1'],
			...['--pictures', dir, '--json'],
		);
		expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('all-layers, round 1') });
		const { rows, skipped } = JSON.parse(stdout);
		expect(skipped).toEqual([]);
		expect(rows).toMatchObject([
			{ job: 'batch 20, steered at all 5 layers', against: 'the plain model', target: 0.95 },
		]);
		expect(Object.keys(rows[0])).toEqual(['job', 'against', 'ratio', 'target', 'measured']);
		for (const name of ['performance.png', 'performance-dark.png']) {
			expect([...readFileSync(join(dir, name)).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
		}
	});

	it('compares with a bare loop, both giving the same greedy reply', async () => {
		const { stdout, stderr, exitCode } = await bench(
			...['--jobs', 'stream-1-bare', '--model', 'organism', '--rounds', '1', '--threads', '1', '--json'],
		);
		expect({ exitCode, stderr }).toMatchObject({
			exitCode: 0,
			stderr: expect.stringContaining('gives the same reply'),
		});
		expect(JSON.parse(stdout).rows).toMatchObject([{ job: 'one stream, steered', target: null }]);
	});

	it.each([
		[['erasure', '--jobs', 'leac', '--json'], 'there is no job leac; there are leace, quad, quadlda, scrub, '],
		[['--jobs', 'steeer'], 'there is no job steeer; there are steer, steer-mults, stream-1, '],
		[['curves', '--jobs', 'bach'], 'there is no job bach; there are batch, prompt, layers, rank, width'],
		[['--with', 'python,vllm'], '--with vllm: no such side; there are python, llama.cpp, genai'],
	])('%j is a usage error in one line, whatever is installed', async (args, message) => {
		const { exitCode, stderr, stdout } = await bench(...args);
		expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 2, stdout: '' });
		expect(stderr).toContain(message);
		expect(stderr.split('\n')).toHaveLength(1);
	});
});

it('a build of the smallest shape costs what its weights take', async () => {
	const cost = await buildCost({ shape: '135m', filling: 'zero', quant: 'q4' });
	expect(cost.weights).toBe(134_515_008);
	// 4 bits, a scale and half a zero point for 32 numbers, 8 bits and a zero point for embedding and head, which are one.
	const [ends, body] = [49_152 * 576, 30 * 576 * (2 * 576 + 2 * 192 + 3 * 1536)];
	const expected = (ends * (32 + 4 + 1) + body * (16 + 4 + 0.5)) / 32 / 1e6;
	expect(cost.dataFiles.files).toBe(1);
	// Rotary tables and norms besides.
	expect(cost.dataFiles.megabytes / expected).toBeGreaterThan(1);
	expect(cost.dataFiles.megabytes / expected).toBeLessThan(1.05);
});
