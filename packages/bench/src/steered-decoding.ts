import type { Intervention } from '@steering/core/interventions';
import { HookedModel, uniformFor } from '@steering/core/model';
import { parseSettings, type SettingsInput } from '@steering/core/settings';
import { generateVectors } from '@steering/generate-vectors';
import { chooseMethod } from '@steering/steer';
import type { BenchContext, BenchJob } from './job.js';
import { ORGANISM_DATA } from './places.js';
import { type BenchRow, benchRow } from './ratios.js';

const BATCH = 20;
const NEW_TOKENS = 32;
/** Steering may cost 15% of the plain model's decode speed. */
const TARGET = 0.85;
const PROMPT = 'Give three tips for staying healthy.';

/** Every way of steering, each at all layers, as `pnpm steer` sets it up on the embedded data. */
const WAYS: readonly { name: string; settings: SettingsInput }[] = [
	{ name: 'vector', settings: {} },
	{ name: 'leace', settings: { leace: 'leace' } },
	{ name: 'orth', settings: { leace: 'orth' } },
	{ name: 'log-odds', settings: { dataset: 'ab', behavior: 'sycophancy', logit: true, leace: 'leace' } },
	{ name: 'quad', settings: { leace: 'quad' } },
	{ name: 'quadlda', settings: { leace: 'quadlda' } },
	{ name: 'scrub', settings: { residual: true, scrub: true, leace: 'leace' } },
];

/** Decoding while steered at every layer, beside decoding with the plain model. */
export const STEERING_JOBS: readonly BenchJob[] = WAYS.map(({ name, settings }) => ({
	name: `steer-${name}`,
	run: (context) => compareDecoding(name, { ...settings, layer: 'all' }, context),
}));

async function compareDecoding(name: string, input: SettingsInput, context: BenchContext): Promise<BenchRow> {
	const { rounds, folder: root, signal, onNote } = context;
	const settings = parseSettings({ ...input, model: context.model });
	if (!settings.scrub) await generateVectors({ settings, root, data: ORGANISM_DATA, signal });
	const model = await HookedModel.load(context.model, { precision: 'fast', signal, onNote });
	try {
		const flags = { trivial: false, bias: false };
		const method = await chooseMethod({ settings, model, root, dataRoot: ORGANISM_DATA, signal }, flags);
		const interventions = await method.interventionsAt(1);
		const ratios: number[] = [];
		// Once unmeasured: the sessions are opened then, and both stay open.
		for (let round = 0; round <= rounds; round++) {
			const plain = await decodeSpeed(model, [], signal);
			const steered = await decodeSpeed(model, interventions, signal);
			if (round === 0) continue;
			ratios.push(steered / plain);
			onNote(`steer-${name}, round ${round}: ${steered.toFixed(0)} tokens/s, ${plain.toFixed(0)} plain`);
		}
		const job = `decoding, batch ${BATCH}, ${name} at all ${model.info.layers} layers`;
		return benchRow(job, 'the plain model', ratios, TARGET);
	} finally {
		await model.release();
	}
}

/** Tokens a second after the prompt and the first token of each row, all of one length. */
async function decodeSpeed(
	model: HookedModel,
	interventions: Intervention[],
	signal: AbortSignal | undefined,
): Promise<number> {
	const ids = model.tokenizer.encodeChat([{ role: 'user', content: PROMPT }]);
	const rows = Array.from({ length: BATCH }, (_, row) => ({ ids, interventions, uniform: uniformFor('bench', row) }));
	let [tokens, start, end] = [0, 0, 0];
	await model.generate(rows, {
		maxNewTokens: NEW_TOKENS,
		sampling: model.sampling(1),
		stopIds: new Set(),
		signal,
		onToken: () => {
			tokens++;
			if (tokens === BATCH) start = performance.now();
			end = performance.now();
		},
	});
	return ((tokens - BATCH) * 1000) / (end - start);
}
