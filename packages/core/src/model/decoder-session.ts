import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Intervention, InterventionFeeds } from '../interventions/index.js';
import { CACHE_NEW, type Instrumentation, type Instrumented, instrument, type OnnxModel } from '../onnx/index.js';
import { openSession, type SessionOptions, type WorkCount } from './open-session.js';

/** The KV cache's shape: (batch, heads, tokens, headDim) for keys and values of each layer. */
export interface CacheShape {
	layers: number;
	heads: number;
	headDim: number;
	/** Whether runs give the keys and values of new tokens only (GroupQueryAttention); plain attention returns a longer copy. */
	sliced: boolean;
}

/** Outputs of this size are counted apart: each is new memory, and soon garbage. */
const LARGE_BYTES = 1 << 20;

/** A decoder as onnxruntime runs it, instrumented once: interventions change from run to run without another session. */
export class DecoderSession {
	readonly stream: Instrumented;
	/** The hook points at which this graph takes interventions: each must be fed at every run. */
	readonly points: Instrumentation['interventions'];
	readonly cache: CacheShape;
	readonly wantsPositions: boolean;
	readonly givesLogits: boolean;
	readonly work: WorkCount;
	readonly #session: InferenceSession;

	private constructor(
		session: InferenceSession,
		stream: Instrumented,
		model: OnnxModel,
		points: Instrumentation['interventions'],
		work: WorkCount,
	) {
		this.#session = session;
		this.points = points;
		this.work = work;
		this.stream = stream;
		this.cache = cacheShape(model);
		this.givesLogits = session.outputNames.includes('logits');
		this.wantsPositions = session.inputNames.includes('position_ids');
	}

	/** `model` is changed. Throws ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_UNSUPPORTED_GRAPH. */
	static async open(
		model: OnnxModel,
		instrumentation: Instrumentation,
		options: SessionOptions,
	): Promise<DecoderSession> {
		const stream = instrument(model, instrumentation);
		const session = await openSession(model, options);
		return new DecoderSession(session, stream, model, instrumentation.interventions, options.work);
	}

	/** Whether rows may share the layers below the first intervention, and each run says which do. */
	get fansOut(): boolean {
		return this.stream.sharedLayers > 0;
	}

	/** What this graph is fed for rows that carry these interventions. Throws ERR_MISMATCH for a vector of another width. */
	feedsFor(rows: readonly (readonly Intervention[])[]): InterventionFeeds {
		return new InterventionFeeds(this.points, rows, this.stream.width);
	}

	/** Runs once; `names` are the outputs to return. */
	async run(feeds: Record<string, Tensor>, names: readonly string[]): Promise<Record<string, Tensor>> {
		this.work.runs++;
		for (const [name, { data }] of Object.entries(feeds)) {
			if (!name.startsWith('past_key_values.')) this.work.bytesIn += (data as Float32Array).byteLength;
		}
		const outputs = (await this.#session.run(feeds, names)) as Record<string, Tensor>;
		for (const { data } of Object.values(outputs)) {
			const { byteLength } = data as Float32Array;
			this.work.bytesOut += byteLength;
			if (byteLength > LARGE_BYTES) this.work.largeOutputs++;
		}
		return outputs;
	}

	async release(): Promise<void> {
		await this.#session.release();
	}
}

/** Of a graph as it is: `sliced` once it is instrumented. */
export function cacheShape({ graph }: OnnxModel): CacheShape {
	const keys = graph.inputs.filter(({ name }) => /^past_key_values\.\d+\.key$/.test(name));
	const [, heads, , headDim] = keys[0]!.shape as [string, number, string, number];
	return {
		layers: keys.length,
		heads,
		headDim,
		sliced: graph.outputs.some(({ name }) => name === CACHE_NEW),
	};
}
