import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { describe, expect, it } from 'vitest';
import { buildCost } from './build-cost.js';
import { benchRow } from './ratios.js';

const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];

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
});

it('an unknown job is a usage error in one line, whether or not Python is installed', async () => {
	const { exitCode, stderr, stdout } = await execaNode(cli, ['erasure', '--jobs', 'leac', '--json'], {
		nodeOptions,
		reject: false,
	});
	expect({ exitCode, stderr, stdout }).toMatchInlineSnapshot(`
		{
		  "exitCode": 2,
		  "stderr": "error: there is no job leac; there are leace, quad, quadlda, scrub, scrub-growth, steer-vector, steer-leace, steer-orth, steer-log-odds, steer-quad, steer-quadlda, steer-scrub",
		  "stdout": "",
		}
	`);
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
