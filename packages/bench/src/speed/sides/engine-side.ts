// engine-side.js MODEL PRECISION THREADS: this program's own engine.
import type { Intervention } from '@steering/core/interventions';
import { HookedModel, layerList, uniformFor } from '@steering/core/model';
import { DEFAULT_BATCH } from '@steering/core/model-defaults';
import { PRECISIONS, type Precision } from '@steering/core/onnx';
import type { CaptureRequest, DecodeRequest, SideAnswer } from '../requests.js';
import { Clock, serve } from '../serve.js';

const [source = '', precision = '', threads = ''] = process.argv.slice(2);
if (!PRECISIONS.includes(precision as Precision)) throw new TypeError(`${precision} is no precision`);
const model = await HookedModel.load(source, { precision: precision as Precision, threads: Number(threads) });

async function decode(request: DecodeRequest): Promise<SideAnswer> {
	const { prompts, mults, repeats, newTokens, temperature } = request;
	const steered = mults.map((mult) => interventionsAt(request, mult));
	const rows = prompts.flatMap((ids, p) =>
		steered.flatMap((interventions, m) =>
			Array.from({ length: repeats }, (_, r) => ({ ids, interventions, uniform: uniformFor('bench', p, r, m) })),
		),
	);
	const margins: number[] = [];
	let chosen = 0;
	const whole = new Clock();
	let rest = new Clock();
	const ids = await model.generate(rows, {
		maxNewTokens: newTokens,
		sampling: { temperature, topK: 50, topP: 1 },
		stopIds: new Set(),
		// As `steer` writes them.
		maxRows: DEFAULT_BATCH,
		onToken: () => {
			if (++chosen === rows.length) rest = new Clock();
		},
		...(request.margins
			? { onLogits: (row: number, logits: Float32Array) => row || margins.push(margin(logits)) }
			: {}),
	});
	return { whole: whole.read(), decode: rest.read(), ids, ...(request.margins ? { margins } : {}) };
}

function interventionsAt({ vector, layers, rank = 0 }: DecodeRequest, mult: number): Intervention[] {
	if (!vector) return [];
	const { width } = model.info;
	const added = Float32Array.from(vector, (value) => value * mult);
	const map = rank === 0 ? {} : { map: smallMap(width, rank) };
	return layers.map((layer) => ({ point: { layer, site: 'resid_post' }, vector: added, toks: null, ...map }));
}

/** A map of the given rank that changes little: what it costs is measured, not what it does. */
function smallMap(width: number, rank: number) {
	const uniform = uniformFor('bench map', rank);
	const factor = () => Float32Array.from({ length: width * rank }, () => (uniform() - 0.5) * 1e-3);
	return { center: new Float32Array(width), left: factor(), right: factor(), rank };
}

function margin(logits: Float32Array): number {
	let [first, second] = [-Infinity, -Infinity];
	for (const logit of logits) {
		if (logit > first) [first, second] = [logit, first];
		else if (logit > second) second = logit;
	}
	return first - second;
}

async function capture({ prompts }: CaptureRequest): Promise<SideAnswer> {
	const { layers, width } = model.info;
	const points = layerList({ residual: false, layer: 'all' }, layers).map(({ point }) => point);
	const clock = new Clock();
	const captured = await model.capture(prompts, points);
	const whole = clock.read();
	return { whole, activations: captured.flatMap((layer) => [...layer.subarray(0, width)]) };
}

await serve((request) => (request.op === 'decode' ? decode(request) : capture(request)));
await model.release();
