import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from '../artifacts/fingerprint.js';
import { SteeringError } from '../errors/index.js';
import { type Intervention, requiredPoints } from '../interventions/index.js';
import {
	countsItsPast,
	findResidualStream,
	type HookPoint,
	hookName,
	type Instrumentation,
	type OnnxModel,
	type Precision,
	readModel,
} from '../onnx/index.js';
import { type BatchLimits, ContinuousBatch, DEFAULT_LIMITS } from './batch/index.js';
import { type CapturedBatch, type CaptureOptions, capture, visitActivations } from './capture.js';
import { ChatTokenizer } from './chat-tokenizer.js';
import { cacheShape, DecoderSession } from './decoder-session.js';
import { type AskedDevice, type Device, findDevice } from './device.js';
import { type GenerateOptions, type GenerateRow, generate } from './generate/index.js';
import { bytesPerToken } from './kv-cache.js';
import { noWork, type WorkCount } from './open-session.js';
import type { PreparationHooks } from './preparation.js';
import { runTokens } from './run-tokens.js';
import type { Sampling } from './sampling.js';
import { type ScoreRequest, scoreChoices } from './score.js';
import { type ModelFiles, resolveModel } from './source.js';
import { type VisitRequest, visitLogits } from './visit-logits.js';
import { locateWeights } from './weights.js';

export interface LoadOptions extends PreparationHooks {
	/** `exact` (default): float32 arithmetic. `fast`: as exported. */
	precision?: Precision;
	/** Threads of one operator; default: `STEERING_THREADS`, else all cores. */
	threads?: number | undefined;
	/** Default: cpu. */
	device?: AskedDevice | undefined;
	signal?: AbortSignal | undefined;
}

/** What is known of a model without running it. */
export interface ModelInfo {
	/** As it appears in artifact names. */
	name: string;
	/** Identifies the weights; see fingerprint.ts. */
	fingerprint: string;
	layers: number;
	/** Numbers in one activation. */
	width: number;
	vocab: number;
	precision: Precision;
	device: Device;
	/**
	 * Whether a row's numbers are the same to the last bit in any batch of two rows or more: measured on the CPU with
	 * GroupQueryAttention. Plain attention sums over other rows' padding, and other devices choose their kernels by the batch.
	 */
	rowsAreIndependent: boolean;
	/** What a token of one row takes in the KV cache. */
	cacheBytesPerToken: number;
}

/** What tells apart whose numbers they are, in manifests. A device is named where it is not the usual one. */
export function modelIdentity({ name, fingerprint, precision, device }: ModelInfo) {
	return { name, fingerprint, precision, ...(device === 'cpu' ? {} : { device }) };
}

export interface ForwardRow {
	ids: readonly number[];
	interventions?: readonly Intervention[];
	/** Tokens of `ids` that are the prompt, for `toks`; default: all. */
	promptLength?: number;
}

/** Sessions kept open: captures and steering in turn do not pay for a new one each time. */
const OPEN_SESSIONS = 2;

/**
 * A chat model whose activations can be read and changed at any hook point. Load it once, release it when done; the graph is
 * instrumented again only when other hook points are asked for, never for other vectors, multipliers or token masks.
 */
export class HookedModel {
	readonly info: ModelInfo;
	readonly tokenizer: ChatTokenizer;
	readonly files: ModelFiles;
	/** What this model has asked of onnxruntime so far. */
	readonly work: WorkCount = noWork();
	readonly #threads: number;
	/** As read at load, until a session takes it: instrumenting changes it. */
	#graph: OnnxModel | undefined;
	#sessions: { key: string; session: Promise<DecoderSession> }[] = [];

	private constructor(files: ModelFiles, graph: OnnxModel, tokenizer: ChatTokenizer, info: ModelInfo, threads: number) {
		this.files = files;
		this.#graph = graph;
		this.work.graphs++;
		this.tokenizer = tokenizer;
		this.info = info;
		this.#threads = threads;
	}

	/**
	 * `source`: a registry name, a folder, a GGUF file, or a hub id; what has no graph yet gets one, kept in the cache. Throws ERR_MISSING_INPUT,
	 * ERR_BAD_FILE, ERR_UNSUPPORTED_GRAPH, and what {@link resolveModel} throws.
	 */
	static async load(source: string | ModelFiles, options: LoadOptions = {}): Promise<HookedModel> {
		const files = typeof source === 'string' ? await resolveModel(source, options) : source;
		const model = readModel(files.onnxPath);
		const { layers, width, vocab } = findResidualStream(model);
		const weights = locateWeights(model);
		const tokenizer = await ChatTokenizer.load(files);
		const device = await findDevice(options.device ?? 'cpu');
		const info: ModelInfo = {
			name: files.name,
			fingerprint: fingerprint([...weights.paths, join(files.tokenizerFolder, 'tokenizer.json')]),
			layers,
			width,
			vocab,
			precision: options.precision ?? 'exact',
			device,
			rowsAreIndependent: device === 'cpu' && countsItsPast(model),
			cacheBytesPerToken: bytesPerToken(cacheShape(model)),
		};
		return new HookedModel(files, model, tokenizer, info, options.threads ?? threadsOfMachine());
	}

	/** Sampling as the model's generation_config asks for; Hugging Face's own defaults where it does not. */
	sampling(temperature: number): Sampling {
		const { top_k, top_p } = this.files.generationConfig ?? {};
		return { temperature, topK: top_k ?? 50, topP: top_p ?? 1 };
	}

	/** Activations at the last token of each prompt, per hook point (prompts, width). Unsteered. */
	async capture(
		prompts: readonly (readonly number[])[],
		points: readonly HookPoint[],
		options: CaptureOptions = {},
	): Promise<Float32Array[]> {
		return capture(await this.#capturing(points, options), prompts, points, options);
	}

	/** The same numbers batch by batch, in memory that does not grow with the prompts; see {@link CapturedBatch}. */
	async visitActivations(
		prompts: readonly (readonly number[])[],
		points: readonly HookPoint[],
		visit: (batch: CapturedBatch) => void | Promise<void>,
		options: CaptureOptions = {},
	): Promise<void> {
		await visitActivations(await this.#capturing(points, options), prompts, points, visit, options);
	}

	#capturing(points: readonly HookPoint[], { onLogits }: CaptureOptions): Promise<DecoderSession> {
		return this.#session({ interventions: [], capture: [...points], logits: onLogits !== undefined });
	}

	/** Logits of one uncached pass: per row (positions, vocab), of all its positions or of the last one. */
	async forward(rows: readonly ForwardRow[], readout: 'last' | 'all' = 'last'): Promise<Float32Array[]> {
		const interventions = rows.map((row) => row.interventions ?? []);
		const session = await this.#steered(interventions);
		const outputs = await runTokens(session, {
			tokens: rows.map((row) => row.ids),
			interventions: session.feedsFor(interventions),
			promptLengths: rows.map((row) => row.promptLength ?? row.ids.length),
			readout,
			outputs: ['logits'],
		});
		const logits = outputs.logits!;
		const data = logits.data as Float32Array;
		const rowSize = data.length / rows.length;
		return rows.map((row, r) => {
			const positions = readout === 'last' ? 1 : row.ids.length;
			return data.slice(r * rowSize, r * rowSize + positions * this.info.vocab);
		});
	}

	/** Shows logits at chosen positions under several interventions, with bounded memory; see {@link VisitRequest}. */
	async visitLogits(request: VisitRequest): Promise<void> {
		// One session for all, the unsteered runs included: what differs between them is the interventions alone.
		await visitLogits(await this.#steered(request.variants), request);
	}

	/** Replies as token ids, one row each; rows may carry different interventions. */
	async generate(
		rows: readonly GenerateRow[],
		options: Omit<GenerateOptions, 'stopIds'> & { stopIds?: ReadonlySet<number> },
	): Promise<number[][]> {
		if (rows.length === 0) return [];
		const session = await this.#steered(rows.map((row) => row.interventions));
		return generate(session, rows, { stopIds: new Set(this.tokenizer.stopIds), ...options });
	}

	/** Log-probabilities of the allowed answers after each item, (items, choices). */
	async scoreChoices(request: ScoreRequest): Promise<Float64Array> {
		const session = await this.#steered([request.interventions ?? []]);
		return scoreChoices(session, request);
	}

	/**
	 * Opens a batch that requests join and leave while it runs, with vectors at `resid_post` of any layer. It has a session of its
	 * own: close it when done.
	 */
	async openBatch(limits: Partial<BatchLimits> = {}): Promise<ContinuousBatch> {
		const points = Array.from({ length: this.info.layers }, (_, layer): HookPoint => ({ layer, site: 'resid_post' }));
		const interventions = points.map((point) => ({ point, form: 'add' as const }));
		const session = await this.#open({ interventions, capture: [], logits: true });
		return new ContinuousBatch(
			session,
			{ ...DEFAULT_LIMITS, ...limits },
			{ neverAlone: this.info.precision === 'fast' },
		);
	}

	/** Frees the sessions; the model can be used again, at the cost of opening new ones. */
	async release(): Promise<void> {
		const sessions = this.#sessions;
		this.#sessions = [];
		for (const { session } of sessions) await (await session).release();
	}

	#steered(rows: readonly (readonly Intervention[])[]): Promise<DecoderSession> {
		return this.#session({ interventions: requiredPoints(rows), capture: [], logits: true });
	}

	async #session(instrumentation: Instrumentation): Promise<DecoderSession> {
		const key = sessionKey(instrumentation);
		const open = this.#sessions.find((candidate) => candidate.key === key);
		if (open) return open.session;
		while (this.#sessions.length >= OPEN_SESSIONS) await (await this.#sessions.shift()!.session).release();
		const session = this.#open(instrumentation);
		this.#sessions.push({ key, session });
		session.catch(() => {
			this.#sessions = this.#sessions.filter((candidate) => candidate.session !== session);
		});
		return session;
	}

	async #open(instrumentation: Instrumentation): Promise<DecoderSession> {
		const { precision, device } = this.info;
		return DecoderSession.open(this.#takeGraph(), instrumentation, {
			precision,
			threads: this.#threads,
			device,
			work: this.work,
		});
	}

	#takeGraph(): OnnxModel {
		const graph = this.#graph;
		this.#graph = undefined;
		if (graph) return graph;
		this.work.graphs++;
		return readModel(this.files.onnxPath);
	}
}

/** Two jobs on two cores are faster with a core each: whoever starts them side by side says so. */
function threadsOfMachine(env: NodeJS.ProcessEnv = process.env): number {
	const told = env.STEERING_THREADS;
	if (told === undefined || told === '') return availableParallelism();
	const threads = Number(told);
	if (Number.isInteger(threads) && threads >= 1) return threads;
	throw new SteeringError('ERR_USAGE', `STEERING_THREADS is ${told}`, { hint: 'set it to a whole number from 1' });
}

function sessionKey({ interventions, capture, logits }: Instrumentation): string {
	const points = interventions.map(({ point, form }) => `${hookName(point)}:${form}`);
	return JSON.stringify([points, capture.map(hookName), logits]);
}
