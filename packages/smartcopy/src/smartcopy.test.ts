import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	watch,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { pythonJson, withLock } from '@steering/core/artifacts';
import { writeVector } from '@steering/core/vectors';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Side, side } from '../test/arbitrary-files.js';
import { Destination } from './destination.js';
import { smartcopy } from './index.js';
import { mergeResponses } from './merge-texts.js';
import { openSource } from './source/open-source.js';
import { unitsOf } from './unit.js';
import { carryOut } from './writes.js';

/** Processes are started and files synced, which takes long on a machine that is shared. */
vi.setConfig({ testTimeout: 300_000 });

const NAME = 'responses_Morganism_Dprompts_L2_T1.5_X1.0.json';
const PATH = `artifacts/responses/${NAME}`;

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'smartcopy-test-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (...parts: string[]) => join(root, ...parts);
function put(path: string, content: string | Uint8Array): void {
	mkdirSync(dirname(at(path)), { recursive: true });
	writeFileSync(at(path), content);
}
/** Every file below a folder with its bytes. */
function contents(folder: string): Record<string, string> {
	if (!existsSync(at(folder))) return {};
	const files = readdirSync(at(folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	const pairs = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
	return Object.fromEntries(
		pairs.map((path) => [path.slice(at(folder).length + 1), readFileSync(path, 'latin1')]).sort(),
	);
}
const copy = (from: string, to: string, more = {}) => smartcopy({ source: at(from), destination: at(to), ...more });
const responses = (...items: object[]) => pythonJson(items);
const plain = { prompt: 'p', responses: ['a', 'b'] };
const scored = { ...plain, scores: [true, false] };

describe('a folder into another', () => {
	it('copies what is new, merges scores in, keeps the rest', async () => {
		put(`from/${PATH}`, responses(scored));
		put(`from/${PATH.replace('X1.0', 'X2.0')}`, responses(plain));
		put(`from/${PATH.replace('X1.0', 'X3.0')}`, responses(plain));
		put(`to/${PATH}`, responses(plain));
		put(`to/${PATH.replace('X1.0', 'X3.0')}`, responses(scored));
		const { files } = await copy('from', 'to');
		expect(files.map(({ result }) => result)).toEqual(['merged', 'copied', 'kept']);
		expect(contents('to')).toEqual({
			[PATH]: responses(scored),
			[PATH.replace('X1.0', 'X2.0')]: responses(plain),
			[PATH.replace('X1.0', 'X3.0')]: responses(scored),
		});
	});

	const LEVELS: [string, string, string][] = [
		['from', 'to', `to/${PATH}`],
		['from/artifacts', 'to/artifacts', `to/${PATH}`],
		['from/artifacts/responses', 'to/artifacts', `to/${PATH}`],
		['from', 'to/artifacts/responses', `to/${PATH}`],
		['from/artifacts', 'new', `new/responses/${NAME}`],
		['from/artifacts/responses', 'new', `new/${NAME}`],
		['from', 'new', `new/${PATH}`],
	];
	it.each(LEVELS)('finds the level of each: %s into %s', async (from, to, expected) => {
		put(`from/${PATH}`, responses(scored));
		put(`to/${PATH}`, responses(plain));
		await copy(from, to);
		expect(readFileSync(at(expected), 'utf8')).toBe(responses(scored));
	});

	it('keeps what lost aside, and takes it along when that is copied', async () => {
		put(`a/${PATH}`, responses(scored));
		put(`b/${PATH}`, responses({ ...scored, responses: ['a', 'c'] }));
		const { files } = await copy('a', 'b');
		expect(files).toMatchObject([{ conflicts: ['1 reply'], asides: [`artifacts/conflicts/${NAME}`] }]);
		await copy('b', 'c');
		expect(contents('c')).toEqual(contents('b'));
		await copy('b', 'a');
		expect(contents('a')).toEqual(contents('b'));
	});

	it('writes nothing in a dry run, and says the same', async () => {
		put(`from/${PATH}`, responses(scored));
		put(`to/${PATH}`, responses(plain));
		const before = contents('to');
		const dry = await copy('from', 'to', { dryRun: true });
		expect(contents('to')).toEqual(before);
		expect(dry).toEqual(await copy('from', 'to'));
	});

	it('leaves journals, drafts and locks out, by name', async () => {
		put(`from/${PATH}`, responses(plain));
		for (const end of ['.partial', '.partial.jsonl', '.scores.partial.jsonl', '.lock-owner', '.1234'])
			put(`from/${PATH}${end}`, '');
		const { leftOut } = await copy('from', 'to');
		expect(leftOut).toHaveLength(5);
		expect(Object.keys(contents('to'))).toEqual([PATH]);
	});

	it('waits for nobody: a file that is being written is an error', async () => {
		put(`from/${PATH}`, responses(scored));
		put(`to/${PATH}`, responses(plain));
		await withLock(at('to', PATH), async () => {
			await expect(copy('from', 'to')).rejects.toMatchObject({ code: 'ERR_LOCKED' });
		});
		expect(readFileSync(at('to', PATH), 'utf8')).toBe(responses(plain));
	});

	it('keeps the larger file with --prefer larger, whatever is in it', async () => {
		put(`from/${PATH}`, responses({ prompt: 'p', responses: ['a much longer reply than the scores of another', 'b'] }));
		put(`to/${PATH}`, responses({ prompt: 'p', responses: ['a'], scores: [true] }));
		const { files } = await copy('from', 'to', { prefer: 'larger' });
		expect(files).toMatchObject([{ result: 'merged', conflicts: [] }]);
		expect(contents('to')).toEqual(contents('from'));
		put(`to/${PATH}`, responses(plain, plain, plain));
		await copy('from', 'to', { prefer: 'larger' });
		expect(readFileSync(at('to', PATH), 'utf8')).toBe(responses(plain, plain, plain));
	});
});

const record = (value: number, n: number, node = '20.1.0') => ({
	...{ value, interval: [0, 1], n, unit: 'prompt', values: [value], provenance: { seed: 0 }, versions: { node } },
});

describe('measures', () => {
	const measures = (own: object, random?: object) =>
		pythonJson({ schema: 1, settings: {}, mult: 1, measures: own, baselines: random ? { random } : {} });
	const file = `${PATH}.measures.json`;

	it('come together in any order, rivals kept aside', async () => {
		put(`a/${file}`, measures({ ab: record(0.5, 10), kl: record(1, 4) }));
		put(`b/${file}`, measures({ ab: record(0.7, 20) }, { ppl: record(3, 1) }));
		put(`c/${file}`, measures({ kl: record(1, 4, '22.0.0'), mmlu: record(0.2, 9) }));
		for (const [to, ...from] of ['xabc', 'ycba', 'zbac']) for (const each of from) await copy(each, to!);
		expect(contents('x')).toEqual(contents('y'));
		expect(contents('x')).toEqual(contents('z'));
		const { measures: own } = JSON.parse(readFileSync(at('x', file), 'utf8'));
		expect(Object.keys(own)).toEqual(['ab', 'kl', 'mmlu']);
		expect(own.ab.n).toBe(20);
		expect(readFileSync(at(`x/artifacts/conflicts/${NAME}.measures.json`), 'utf8')).toContain('0.5');
	});
});

describe('vectors', () => {
	const vector = 'artifacts/vecs/vec_Morganism_Dprompts_L2.safetensors';
	const manifest = (seed: number, node = '20.1.0') =>
		pythonJson({ schema: 1, command: 'generate-vectors', settings: {}, versions: { node }, seed });
	const write = (folder: string, values: number[]) => {
		const data = { dataset: 'prompts', behavior: '', examples: 'abc', positives: 2, negatives: 3, readout: 'last' };
		const model = { model: 'organism', fingerprint: 'f', precision: 'exact', version: '0.1.0' };
		const provenance = { ...model, ...data, hookPoint: '2.resid_post', layer: 2 } as never;
		return writeVector(at(folder, vector), { vector: Float32Array.from(values), provenance });
	};

	it('are equal or a conflict; the larger stands, with its own manifest, in any order', async () => {
		await write('a', [1, 2]);
		put(`a/${vector}.manifest.json`, manifest(0));
		await write('b', [1, 2, 3, 4, 5, 6, 7, 8]);
		put(`b/${vector}.manifest.json`, manifest(1));
		await write('c', [1, 2]);
		await write('d', [3, 4]);
		put(`d/${vector}.manifest.json`, manifest(0, '22.0.0'));
		for (const [to, ...from] of ['xabcd', 'ydcba', 'zcadb']) for (const each of from) await copy(each, to!);
		expect(contents('x')).toEqual(contents('y'));
		expect(contents('x')).toEqual(contents('z'));
		expect(readFileSync(at('x', vector))).toEqual(readFileSync(at('b', vector)));
		expect(readFileSync(at('x', `${vector}.manifest.json`), 'utf8')).toBe(manifest(1));
		expect(Object.keys(contents('x')).filter((path) => path.includes('conflicts/'))).toHaveLength(4);
		await copy('a', 'x');
		expect(contents('x')).toEqual(contents('y'));
	});
});

describe('a process that is killed', () => {
	const write = (folder: string, { file, manifest }: Side) => {
		if (file !== undefined) put(`${folder}/${PATH}`, file);
		if (manifest !== undefined) put(`${folder}/${PATH}.manifest.json`, manifest);
	};

	it('between any two writes is finished by the next', async () => {
		await fc.assert(
			fc.asyncProperty(side, side, side, async (a, b, c) => {
				for (const folder of ['a', 'b', 'c', 'whole']) rmSync(at(folder), { recursive: true, force: true });
				write('a', a);
				write('b', b);
				write('c', c);
				await copy('c', 'b');
				cpSync(at('b'), at('whole'), { recursive: true });
				await copy('a', 'whole');
				const source = await openSource(at('a'));
				const [unit] = unitsOf(source.files);
				const { writes } = await mergeResponses(unit!, new Destination(at('b'), source.files));
				for (let done = 0; done <= writes.length; done++) {
					rmSync(at('killed'), { recursive: true, force: true });
					cpSync(at('b'), at('killed'), { recursive: true });
					for (const each of writes.slice(0, done)) {
						await carryOut({ ...each, path: each.path.replace(at('b'), at('killed')) });
					}
					await copy('a', 'killed');
					expect(contents('killed')).toEqual(contents('whole'));
				}
			}),
			{ numRuns: 15 },
		);
	});

	it('with kill -9, at the first file that it writes', async () => {
		for (let i = 0; i < 40; i++) put(`from/${PATH.replace('X1.0', `X${i}.0`)}`, responses(scored));
		mkdirSync(at('to/artifacts/responses'), { recursive: true });
		await copy('from', 'whole');
		const child = spawn(process.execPath, [...CLI, at('from'), at('to')], { stdio: 'ignore' });
		const watcher = watch(at('to/artifacts/responses'), () => child.kill('SIGKILL'));
		const [, signal] = await once(child, 'exit');
		watcher.close();
		expect(signal).toBe('SIGKILL');
		const own = () => Object.keys(contents('to')).filter((path) => path.endsWith('.json'));
		expect(own().length).toBeLessThan(40);
		await copy('from', 'to');
		expect(own()).toEqual(Object.keys(contents('whole')));
	});
});

const tsx = pathToFileURL(fileURLToPath(import.meta.resolve('tsx'))).href;
const CLI = ['--conditions', 'source', '--import', tsx, fileURLToPath(new URL('./cli.ts', import.meta.url))];

describe('the command', () => {
	const run = async (...args: string[]) => {
		const env = { ...process.env, NO_COLOR: '1' };
		const ended = promisify(execFile)(process.execPath, [...CLI, ...args], { cwd: root, env });
		const { code = 0, stdout, stderr } = await ended.catch((error) => error);
		return { code, stdout, stderr: stderr.replaceAll(root, '') };
	};

	it('prints a table, and exits with 1 when there are conflicts', async () => {
		put(`a/${PATH}`, responses(scored));
		put(`b/${PATH}`, responses({ ...scored, responses: ['a', 'c'] }));
		put(`a/${PATH.replace('X1.0', 'X2.0')}`, responses(scored));
		expect(await run('a', 'b')).toMatchInlineSnapshot(`
			{
			  "code": 1,
			  "stderr": "error: 1 file with conflicts, the first artifacts/responses/responses_Morganism_Dprompts_L2_T1.5_X1.0.json; what lost is kept in conflicts/: docs/moving-results.md
			",
			  "stdout": "result  file                                                                conflicts
			merged  artifacts/responses/responses_Morganism_Dprompts_L2_T1.5_X1.0.json  1 reply
			copied  artifacts/responses/responses_Morganism_Dprompts_L2_T1.5_X2.0.json  -
			1 copied, 1 merged, 0 kept as they were, 1 with parts in conflicts/
			",
			}
		`);
	});

	const WRONG: [string, string[], number][] = [
		['no source', ['none', 'to'], 3],
		['a source that is neither', ['text.txt', 'to'], 2],
		['a rule that there is not', ['from', 'to', '--prefer', 'smaller'], 2],
		['a destination that is a file', ['from', 'text.txt'], 2],
		['two kinds in one folder', ['from', 'vecs'], 2],
	];
	it.each(WRONG)('refuses %s in one line', async (_, args, code) => {
		put('text.txt', 'x');
		put(`from/${PATH}`, responses(plain));
		const result = await run(...args);
		expect(result).toMatchObject({ code, stdout: '' });
		expect(result.stderr).toMatch(/^error: .*\n$/);
	});
});
