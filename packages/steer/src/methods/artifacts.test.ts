import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { resolveDataRoot } from '@steering/core/datasets';
import { HookedModel } from '@steering/core/model';
import { actsPath, eraserPath, parseSettings, type SettingsInput, vecPath } from '@steering/core/settings';
import {
	type Provenance,
	readActivations,
	readEraser,
	readVector,
	writeActivations,
	writeEraser,
	writeVector,
} from '@steering/core/vectors';
import { generateVectors } from '@steering/generate-vectors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longestArray } from '../../../core/test/longest-array.js';
import { chooseMethod } from './choose-method.js';
import type { MethodInput } from './method.js';

const LAYER = 2;
const settingsOf = (input: Partial<SettingsInput>) => parseSettings({ model: 'organism', layer: LAYER, ...input });
const plain = settingsOf({ dataset: 'ab', behavior: 'sycophancy', leace: 'leace' });
const logit = settingsOf({ dataset: 'ab', behavior: 'sycophancy', logit: true, leace: 'leace' });
const command = 'pnpm generate-vectors --model organism --dataset ab --behavior sycophancy';

let model: HookedModel;
let root: string;
const dataRoot = resolveDataRoot({ model: 'organism' });
beforeAll(async () => {
	model = await HookedModel.load('organism');
	root = mkdtempSync(join(tmpdir(), 'artifacts-'));
	for (const settings of [plain, logit]) await generateVectors({ settings, root });
});
afterAll(async () => {
	await model.release();
	rmSync(root, { recursive: true });
});

const choose = (settings: MethodInput['settings'], more: Partial<MethodInput> = {}) =>
	chooseMethod({ settings, model, root, dataRoot, ...more }, { trivial: false, bias: false });
const pathOf = {
	vector: vecPath(plain),
	positives: actsPath(plain, { positive: true }),
	negatives: actsPath(plain, { positive: false }),
	eraser: eraserPath(logit),
};
type Kind = keyof typeof pathOf;
const settingsFor = (kind: Kind) => (kind === 'eraser' ? logit : plain);

/** What the command says of a file that was changed for a moment. */
async function saidOf(kind: Kind, change: (path: string) => unknown, more: Partial<MethodInput> = {}) {
	const path = join(root, pathOf[kind]);
	const bytes = readFileSync(path);
	try {
		await change(path);
		return await choose(settingsFor(kind), more).catch((error) => error);
	} finally {
		writeFileSync(path, bytes);
	}
}

/** Writes a file again with another provenance. */
const claiming = (kind: Kind, claim: Partial<Provenance>) => async (path: string) => {
	if (kind === 'vector') {
		const { vector, provenance } = await readVector(path);
		await writeVector(path, { vector, provenance: { ...provenance, ...claim } });
	} else if (kind === 'eraser') {
		const { eraser, provenance } = await readEraser(path);
		await writeEraser(path, eraser, { ...provenance, ...claim });
	} else {
		const { activations, provenance } = await readActivations(path);
		await writeActivations(path, activations, { ...provenance, ...claim });
	}
};

describe.each<Kind>(['vector', 'positives', 'negatives', 'eraser'])('a file of something else: %s', (kind) => {
	it.each<[Partial<Provenance>, string]>([
		[{ fingerprint: 'another' }, 'was made with another model (organism, fingerprint another)'],
		[{ hookPoint: '0.resid_post' }, 'was read at 0.resid_post, not at 2.resid_post'],
		[{ dataset: 'openr' }, 'was made from openr of sycophancy, not from ab of sycophancy'],
		[{ behavior: '' }, 'was made from ab, not from ab of sycophancy'],
		[{ examples: 'others' }, 'were made from different examples'],
	])('%o', async (claim, message) => {
		const error = await saidOf(kind, claiming(kind, claim));
		expect(error).toMatchObject({ code: 'ERR_MISMATCH' });
		expect(error.message).toContain(message);
		expect(error.message).toContain(join(root, pathOf[kind]));
		expect(error.hint).toContain(kind === 'eraser' ? `${command} --logit` : command);
		expect(error.hint.includes('--force')).toBe('fingerprint' in claim);
	});

	it('--force takes it from another model, and nothing else', async () => {
		const forced = await saidOf(kind, claiming(kind, { fingerprint: 'another' }), { force: true });
		expect(forced).toHaveProperty('interventionsAt');
		const error = await saidOf(kind, claiming(kind, { hookPoint: '1.resid_post' }), { force: true });
		expect(error).toMatchObject({ code: 'ERR_MISMATCH' });
	});
});

it('positives in the place of negatives are refused, and what a converted file cannot say is taken', async () => {
	const error = await saidOf('negatives', (path) => copyFileSync(join(root, pathOf.positives), path));
	expect(error).toMatchObject({ code: 'ERR_MISMATCH' });
	expect(error.message).toContain('holds the positive examples, not the negative ones');
	const unknown = { dataset: 'unknown', behavior: '', examples: 'unknown', side: undefined };
	expect(await saidOf('negatives', claiming('negatives', unknown))).toHaveProperty('interventionsAt');
});

describe.each<Kind>(['vector', 'positives', 'negatives', 'eraser'])('what makes it is said: %s', (kind) => {
	const line = kind === 'eraser' ? `${command} --logit` : command;

	it('missing, with the data folder that was given', async () => {
		const error = await saidOf(kind, (path) => rmSync(path), { data: './my data' });
		expect(error).toMatchObject({ code: 'ERR_MISSING_INPUT' });
		expect(error.message).toContain(join(root, pathOf[kind]));
		expect(error.hint).toBe(`make it with \`${line} --data './my data'\``);
	});

	it('cut short', async () => {
		const error = await saidOf(kind, (path) => writeFileSync(path, readFileSync(path).subarray(0, -4)));
		expect(error).toMatchObject({ code: 'ERR_BAD_FILE' });
		expect(error.message).toContain(join(root, pathOf[kind]));
		expect(error.hint).toContain(`make it with \`${line}\``);
	});

	it('without its numbers or its provenance', async () => {
		const wrong = kind === 'vector' ? pathOf.positives : pathOf.vector;
		for (const change of [
			(path: string) => copyFileSync(join(root, wrong), path),
			claiming(kind, { layer: 'x' } as never),
		]) {
			const error = await saidOf(kind, change);
			expect(error).toMatchObject({ code: 'ERR_BAD_FILE', hint: `make it again with \`${line} --overwrite\`` });
		}
	});
});

describe('activations that nothing can be fitted to', () => {
	const withRows = (change: (data: Float32Array, width: number) => Float32Array) => async (path: string) => {
		const { activations, provenance } = await readActivations(path);
		const data = change(activations.data.slice(), activations.width);
		await writeActivations(path, { data, rows: data.length / activations.width, width: activations.width }, provenance);
	};

	it.each([
		['NaN', withRows((data) => data.fill(Number.NaN, 5, 6)), 'NaN in row 0'],
		['infinite', withRows((data) => data.fill(Number.POSITIVE_INFINITY, 200, 201)), 'Infinity in row 1'],
		['one example', withRows((data, width) => data.slice(0, width)), '1 example, 2 at least'],
	])('%s', async (_, change, message) => {
		for (const leace of ['leace', 'orth', 'quad', 'quadlda'] as const) {
			const path = join(root, pathOf.negatives);
			const bytes = readFileSync(path);
			await change(path);
			const error = await choose({ ...plain, leace }).catch((caught) => caught);
			writeFileSync(path, bytes);
			expect(error).toMatchObject({ code: 'ERR_BAD_FILE', message: `${path}: ${message}` });
			expect(error.hint).toContain(`\`${command} --overwrite\``);
		}
	});
});

describe('activations of many examples', () => {
	/** The saved rows over and over. */
	async function repeatRows(path: string, rows: number): Promise<void> {
		const { activations, provenance } = await readActivations(path);
		const { data, width } = activations;
		const many = Float32Array.from({ length: rows * width }, (_, i) => data[i % data.length]!);
		await writeActivations(path, { data: many, rows, width }, provenance);
	}

	it.each(['leace', 'quad', 'quadlda'] as const)('%s holds as many rows of 18000 as of 9000', async (leace) => {
		const paths = [join(root, pathOf.positives), join(root, pathOf.negatives)];
		const saved = paths.map((path) => readFileSync(path));
		const longest: number[] = [];
		try {
			for (const rows of [9000, 18000]) {
				for (const path of paths) await repeatRows(path, rows);
				longest.push(await longestArray(() => choose({ ...plain, leace })));
			}
		} finally {
			for (const [i, path] of paths.entries()) writeFileSync(path, saved[i]!);
		}
		expect(longest[0]).toBeLessThan(9000 * model.info.width);
		expect(longest[1]).toBe(longest[0]);
	});
});

it('the line that is said makes the file', async () => {
	const empty = mkdtempSync(join(tmpdir(), 'artifacts-'));
	const settings = settingsOf({ dataset: 'ab', logit: true, residual: true, leace: 'leace' });
	const refused = await choose(settings, { root: empty, data: dataRoot }).catch((error) => error);
	const [, args = ''] = /`pnpm (.+)`/.exec(refused.hint) ?? [];
	const runner = fileURLToPath(new URL('../../../../scripts/run.js', import.meta.url));
	await promisify(execFile)(process.execPath, [runner, ...args.split(' ')], { cwd: empty });
	expect(existsSync(join(empty, vecPath(settings)))).toBe(true);
	expect(await choose(settings, { root: empty })).toHaveProperty('interventionsAt');
	rmSync(empty, { recursive: true });
});
