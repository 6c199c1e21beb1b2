import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { type ResponseInput, writeMeasures, writeResponses } from '@steering/core/artifacts';
import { parseSettings, responsePath } from '@steering/core/settings';
import { findResponseSets, readScoredSets } from '@steering/plots';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAX_RESPONSE_BYTES } from './collect/read-experiments.js';
import { makeReport } from './make-report.js';
import { DATA_ELEMENT, REPLIES_ELEMENT, type ReportData, type ReportReplies } from './report-data.js';

const HOSTILE = [
	'</script><script>alert(1)</script>',
	'<!-- <script>',
	'\u2028\u2029',
	'\ud800 lone \udfff',
	'\0 NUL',
	']]></style></title>',
];
const refusal = parseSettings({ model: 'organism', layer: 2 });
const sycophancy = parseSettings({ model: 'organism', layer: 2, dataset: 'ab', behavior: 'sycophancy' });

let root: string;
let artifacts: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'report-'));
	artifacts = join(root, 'artifacts');
});
afterEach(() => rm(root, { recursive: true }));

const path = (settings: typeof refusal, mult: number) => join(root, responsePath(settings, mult));
const labelled = (scores?: boolean[]): ResponseInput[] =>
	(['harmful', 'harmless'] as const).map((label) => ({
		...{ label, prompt: `${label}?`, responses: ['yes', 'no'] },
		...(scores ? { scores } : {}),
	}));

async function writeArtifacts(): Promise<void> {
	await writeResponses(path(refusal, 0), labelled([false, false]));
	await writeResponses(path(refusal, 1), labelled([true, false]));
	await writeResponses(path(refusal, 2), labelled());
	await writeResponses(path(sycophancy, 0), [
		{ prompt: 'p</script>', responses: HOSTILE, num_scores: [0, 1, 2, 3, 4, 10] },
	]);
}

async function report() {
	const notes: string[] = [];
	const out = join(root, 'plots', 'report.html');
	const { problems } = await makeReport({ artifacts, out, onNote: (note) => notes.push(note) });
	const html = await readFile(out, 'utf8');
	const read = (id: string) => {
		const base64 = new RegExp(`id="${id}">([A-Za-z0-9+/=]*)</script>`).exec(html)![1]!;
		return JSON.parse(inflateRawSync(Buffer.from(base64, 'base64')).toString());
	};
	const data: ReportData = read(DATA_ELEMENT);
	const replies: ReportReplies = read(REPLIES_ELEMENT);
	return { html, data, replies, notes, problems };
}

it('has the figures of the plots', async () => {
	await writeArtifacts();
	const { data } = await report();
	const sets = await findResponseSets(artifacts, () => {});
	const scored = await readScoredSets(sets, { onNote: () => {}, onProblem: () => {} });
	const figures = scored.map(({ files }) => files.flatMap((file) => file.figures));
	expect(figures).toHaveLength(2);
	const own = data.experiments.map(({ mults }) =>
		mults.flatMap(({ mult, figures }) => figures.map((f) => ({ mult, ...f }))),
	);
	expect(own.map((each) => each.length)).toEqual(figures.map((each) => each.length));
	for (const [i, each] of own.entries()) {
		for (const [j, figure] of each.entries()) expect(figures[i]![j]).toMatchObject(figure);
	}
	expect(data.pictures.map(({ title, experiment }) => ({ title, experiment }))).toEqual([
		{ title: 'Steering sycophancy in organism', experiment: 0 },
		{ title: 'Steering refusal in organism', experiment: 1 },
		{ title: 'Steering 2 behaviors in organism' },
	]);
});

it('has every reply, hostile and unscored ones as they are, and nothing of them as markup', async () => {
	await writeArtifacts();
	const { html, replies, notes, problems } = await report();
	const { texts, prompts, rows } = replies;
	expect(rows.text.slice(0, HOSTILE.length).map((text) => texts[text])).toEqual(HOSTILE);
	expect(rows.score).toEqual([0, 1, 2, 3, 4, 10, 0, 0, 0, 0, 1, 0, 1, 0, null, null, null, null]);
	expect(prompts).toEqual(['p</script>', 'harmful?', 'harmless?']);
	expect(html.match(/<script/gi)).toHaveLength(3);
	expect(html.match(/<\/script/gi)).toHaveLength(3);
	expect(html).not.toMatch(/<!--|alert\(1\)/);
	expect(notes).toEqual([expect.stringContaining('X2.0.json: not scored')]);
	expect(problems).toBe(0);
});

it('is the same bytes each time, in the place of an older file', async () => {
	await writeArtifacts();
	const { html } = await report();
	expect((await report()).html).toBe(html);
	expect(await readdir(join(root, 'plots'))).toEqual(['report.html']);
});

it('reports on what is sound beside a corrupt file, and on replies beside a broken score', async () => {
	await writeArtifacts();
	await writeFile(path(refusal, 3), '[{"prompt":');
	await writeResponses(path(sycophancy, 1), [{ label: 'harmful', prompt: 'p', responses: ['r'], num_scores: [1] }]);
	const { data, replies, problems, notes } = await report();
	expect(problems).toBe(2);
	expect(notes.filter((note) => note.includes('X3.0.json: not JSON'))).toHaveLength(1);
	expect(data.notes).toEqual(notes);
	expect(data.experiments.map(({ mults }) => mults.map(({ mult }) => mult))).toEqual([
		[0, 1],
		[0, 1, 2],
	]);
	expect(replies.rows.text).toHaveLength(19);
});

it('has measures', async () => {
	await writeArtifacts();
	const record = { value: 9.5, interval: [9, 10] as [number, number], n: 1, unit: 'exchange' as const, values: [2] };
	const measures = { ppl: { ...record, provenance: {}, versions: {} } };
	await writeMeasures(path(refusal, 1), { settings: refusal, mult: 1, measures });
	const { data } = await report();
	const found = data.experiments[1]!.mults.map((each) => each.measures);
	expect(found).toEqual([[], [{ name: 'ppl', value: 9.5, interval: [9, 10] }], []]);
	expect(data.experiments[1]!.commands.some((line) => /^pnpm eval .*--mults 1 --measure ppl$/.test(line))).toBe(true);
});

it('refuses where there is nothing to report, and a folder as its file', async () => {
	await expect(report()).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT' });
	await writeArtifacts();
	await expect(makeReport({ artifacts, out: root })).rejects.toMatchObject({ code: 'ERR_USAGE' });
	await writeFile(join(root, 'file'), '');
	await expect(makeReport({ artifacts, out: join(root, 'file', 'x.html') })).rejects.toMatchObject({
		code: 'ERR_FAILED',
	});
	expect(await readdir(root)).toEqual(['artifacts', 'file']);
});

it('refuses more replies than one file can carry, before it reads them', async () => {
	await writeArtifacts();
	await truncate(path(refusal, 0), MAX_RESPONSE_BYTES);
	await expect(report()).rejects.toMatchObject({
		code: 'ERR_BAD_FILE',
		message: expect.stringContaining(`a report holds ${MAX_RESPONSE_BYTES}`),
	});
});
