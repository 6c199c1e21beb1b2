import { describe, expect, it } from 'vitest';
import { needsShared, tinyModel } from '../../test/shared-fixtures.js';
import type { Intervention } from '../interventions/index.js';
import { HOOK_SITES, type HookPoint, readModel } from '../onnx/index.js';
import { cachedRows, newCacheOutputs } from './cached-row.js';
import { DecoderSession } from './decoder-session.js';
import { noWork } from './open-session.js';
import { runTokens } from './run-tokens.js';
import { resolveModel } from './source.js';

const pathOf = async (model: string) => (await resolveModel(model)).onnxPath;
const organism = await pathOf('organism');
const genai = needsShared ? undefined : await pathOf(tinyModel('onnx-genai'));

async function open(path: string, point: HookPoint): Promise<DecoderSession> {
	const interventions = [{ point, form: 'add' as const }];
	return DecoderSession.open(
		readModel(path),
		{ interventions, capture: [], logits: true },
		{ precision: 'exact', work: noWork() },
	);
}

/** Rows of prompts 0, 0, 1 and 0, with vectors of their own. */
async function run(session: DecoderSession, point: HookPoint, shared: boolean) {
	const prompts = [
		[3, 9, 27, 81, 5],
		[7, 14, 21],
	];
	const rows = [0, 0, 1, 0];
	const steering = rows.map((_, row): Intervention[] => {
		const vector = Float32Array.from({ length: session.stream.width }, (_, i) => 0.2 * row * Math.sin(row + i));
		return [{ point, vector, toks: null }];
	});
	const [tokens, source] = shared ? [prompts, rows] : [rows.map((row) => prompts[row]!), [0, 1, 2, 3]];
	const lengths = rows.map((row) => prompts[row]!.length);
	const before = session.work.tokens;
	const outputs = await runTokens(session, {
		tokens,
		source,
		interventions: session.feedsFor(steering),
		promptLengths: lengths,
		readout: 'last',
		outputs: ['logits', ...newCacheOutputs(session.cache)],
	});
	const logits = outputs.logits!.data as Float32Array;
	return { logits, rows: cachedRows(session, outputs, source, lengths), tokens: session.work.tokens - before };
}

describe('rows that share a prompt', () => {
	it.each(HOOK_SITES)('have the bits that they have alone, steered at %s, and are read once', async (site) => {
		for (const path of genai ? [organism, genai] : [organism]) {
			const point = { layer: 1, site };
			const session = await open(path, point);
			const [shared, apart] = [await run(session, point, true), await run(session, point, false)];
			expect(shared.logits).toEqual(apart.logits);
			expect(shared.rows).toEqual(apart.rows);
			expect(new Set(shared.logits).size).toBeGreaterThan(session.stream.vocab);
			expect([shared.tokens, apart.tokens]).toEqual([8, 18]);
			await session.release();
		}
	});

	it('share the layers below the first intervention, and none where it acts on the embedding', async () => {
		const layers = async (point: HookPoint) => {
			const session = await open(organism, point);
			await session.release();
			return [session.fansOut, session.stream.sharedLayers];
		};
		expect(await layers({ layer: 0, site: 'resid_pre' })).toEqual([false, 0]);
		expect(await layers({ layer: 0, site: 'resid_post' })).toEqual([true, 1]);
		expect(await layers({ layer: 2, site: 'attn_out' })).toEqual([true, 3]);
		expect(await layers({ layer: 3, site: 'resid_pre' })).toEqual([true, 3]);
	});

	it.skipIf(needsShared)(`share nothing under plain attention${needsShared}`, async () => {
		const point = { layer: 2, site: 'resid_post' as const };
		const session = await open(await pathOf(tinyModel('onnx-optimum')), point);
		expect(session.fansOut).toBe(false);
		const [shared, apart] = [await run(session, point, true), await run(session, point, false)];
		expect(shared).toEqual(apart);
		await session.release();
	});
});
