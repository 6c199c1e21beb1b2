import { join } from 'node:path';
import type { BenchContext } from '../job.js';
import { rate } from '../speed/decode-jobs.js';
import type { DecodeRequest } from '../speed/requests.js';
import type { Side } from '../speed/side.js';
import { engineSide, type SideInput } from '../speed/sides.js';
import { withModel, withSides } from '../speed/with-sides.js';
import { chatPrompts, prompts, type Steered, steering } from '../speed/workload.js';
import { type Curve, drawThrough } from './curve.js';
import { buildRandomModel } from './random-model.js';

export interface CurveJob {
	name: string;
	run(context: BenchContext): Promise<Curve>;
}

const BATCH = 20;
const NEW_TOKENS = 16;
/** Of a round of one length; a longer prompt is a round alone. */
const PROMPT_TOKENS = 512;

interface Shape {
	repeats: number;
	steered: Steered;
	rank?: number;
}

const doubling = (from: number, to: number) =>
	Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i);

export const CURVE_JOBS: readonly CurveJob[] = [
	{
		name: 'batch',
		run: (context) =>
			withEngine(context, (side, input) =>
				drawThrough(
					{ name: 'batch', title: 'Rows of the batch', x: 'batch', y: 'tokens/s' },
					doubling(1, 64).flatMap((repeats) =>
						(['middle', 'none'] as const).map((steered) => ({
							...{ x: repeats, series: steered === 'none' ? 'plain' : 'steered' },
							measure: () => speed(side, request(input, { repeats, steered })),
						})),
					),
					context,
				),
			),
	},
	{
		name: 'prompt',
		run: (context) =>
			withEngine(context, (side, input) =>
				drawThrough(
					{ name: 'prompt', title: 'Length of the prompt', x: 'prompt tokens', y: 'prompt tokens/s' },
					doubling(32, 2048).map((length) => ({ x: length, measure: () => promptSpeed(side, input, length) })),
					context,
				),
			),
	},
	{
		name: 'layers',
		run: (context) =>
			withEngine(context, (side, input) =>
				drawThrough(
					{ name: 'layers', title: `Layers steered, batch ${BATCH}`, x: 'layers', y: 'tokens/s' },
					layerCounts(input.model.info.layers).map((steered) => ({
						x: steered,
						measure: () => speed(side, request(input, { repeats: BATCH, steered })),
					})),
					context,
				),
			),
	},
	{
		name: 'rank',
		run: (context) =>
			withEngine(context, (side, input) =>
				drawThrough(
					{ name: 'rank', title: `Rank of an eraser at all layers, batch ${BATCH}`, x: 'rank', y: 'tokens/s' },
					doubling(1, 64).map((rank) => ({
						x: rank,
						measure: () => speed(side, request(input, { repeats: BATCH, steered: 'all', rank })),
					})),
					context,
				),
			),
	},
	{ name: 'width', run: widthCurve },
];

/** Milliseconds a token of a row on random weights: four layers, float32. */
async function widthCurve(context: BenchContext): Promise<Curve> {
	const tasks = [];
	for (const width of doubling(128, 1024)) {
		const model = await buildRandomModel(width, join(context.folder, `width-${width}`), context.signal);
		const own = { ...context, model };
		tasks.push({
			x: width,
			measure: () =>
				withEngine(
					own,
					async (side, input) => 1000 / (await speed(side, request(input, { repeats: BATCH, steered: 'middle' }))),
				),
		});
	}
	const title = 'Width of the model: 4 layers of random float32 weights';
	return drawThrough({ name: 'width', title, x: 'width', y: 'ms/token' }, tasks, context);
}

function withEngine<T>(context: BenchContext, work: (side: Side, input: SideInput) => Promise<T>): Promise<T> {
	return withModel(context, (model) =>
		withSides([engineSide('fast')], { model, context }, ([side]) => work(side!, { model, context })),
	);
}

function request({ model }: SideInput, { repeats, steered, rank = 0 }: Shape): DecodeRequest {
	return {
		...{ op: 'decode', prompts: chatPrompts(model, 1), mults: [1], repeats, newTokens: NEW_TOKENS, temperature: 1.5 },
		...{ ...steering(model, steered), rank },
	};
}

/** The first request of a shape opens its session: not counted. */
async function speed(side: Side, asked: DecodeRequest): Promise<number> {
	await side.ask({ ...asked, newTokens: 2, repeats: 1 });
	return (await rate(side, asked, 'decode')).value;
}

/** Prompts of one length, as many as fit, up to the first token of each. */
async function promptSpeed(side: Side, { model }: SideInput, length: number): Promise<number> {
	const count = Math.max(1, Math.floor(PROMPT_TOKENS / length));
	const ask = (asked: readonly (readonly number[])[]) =>
		side.ask({
			...{ op: 'decode', prompts: asked, mults: [1], repeats: 1, newTokens: 1, temperature: 0 },
			...steering(model, 'middle'),
		});
	// The first request opens a session.
	await ask(prompts(model, 1, 2));
	const { whole } = await ask(prompts(model, count, length));
	return (count * length) / whole.seconds;
}

function layerCounts(layers: number): number[] {
	return [...new Set([0, 1, layers / 8, layers / 4, layers / 2, layers].map(Math.ceil))];
}
