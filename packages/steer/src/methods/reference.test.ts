import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HookedModel } from '@steering/core/model';
import { parseSettings, type SettingsInput } from '@steering/core/settings';
import { generateVectors } from '@steering/generate-vectors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	type ApplyCase,
	type ApplyFixture,
	caseTensors,
	largestDifference,
	needsShared,
	numbers,
	readJson,
	tinyModel,
} from '../../../core/test/shared-fixtures.js';
import { chooseMethod } from './choose-method.js';

/** SPEC 3: tiny, logits given the parameters. Here the parameters are made, too, from the rows of the data set. */
const LOGITS = 1e-3;

type SteeredCase = ApplyCase & { acts: string; settings: SettingsInput };
const apply = needsShared
	? ({ prompts: [], cases: [], mults: [] } as unknown as ApplyFixture)
	: readJson<ApplyFixture>('fixtures/tiny/apply/apply.json');
const cases = apply.cases as SteeredCase[];

describe.skipIf(needsShared)(`from data set to steered logits, beside the Python tool${needsShared}`, () => {
	let model: HookedModel;
	let root: string;
	beforeAll(async () => {
		model = await HookedModel.load(tinyModel('onnx-genai'));
		root = mkdtempSync(join(tmpdir(), 'reference-'));
	});
	afterAll(async () => {
		await model.release();
		rmSync(root, { recursive: true });
	});

	it.each(cases)('$name', async (one) => {
		const settings = parseSettings({ ...one.settings, model: tinyModel('onnx-genai') });
		const dataRoot = dataFolder(root, one.acts);
		if (!settings.scrub) await generateVectors({ settings, root, data: dataRoot });
		const flags = { trivial: false, bias: one.bias_mode };
		const method = await chooseMethod({ settings, model, root, dataRoot }, flags);
		const tensors = await caseTensors('fixtures/tiny/apply', one.name);
		let compared = 0;
		for (const [m, mult] of apply.mults.entries()) {
			const interventions = await method.interventionsAt(mult);
			for (const [p, { full_ids: ids, P: promptLength }] of apply.prompts.entries()) {
				const key = `logits.m${m}.p${p}`;
				if (!tensors.has(key)) continue;
				const [logits] = await model.forward([{ ids, promptLength, interventions }], 'all');
				expect(largestDifference(logits!, numbers(tensors, key)), key).toBeLessThan(LOGITS);
				compared++;
			}
		}
		expect(compared).toBeGreaterThan(0);
	});
});

/** The rows that the reference was given, as the file it read them from. */
function dataFolder(root: string, acts: string): string {
	const { rows } = readJson<{ rows: Record<string, string>[] }>(`fixtures/tiny/acts/${acts}.json`);
	const columns = ['prompt', 'label', 'refusal', 'nonrefusal'];
	const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
	const lines = rows.map((row) => columns.map((column) => quoted(row[column]!)).join(','));
	const folder = join(root, `data-${acts}`);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'harm_dataset.csv'), [columns.join(','), ...lines].join('\n'));
	return folder;
}
