import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { describe, expect, it } from 'vitest';
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
