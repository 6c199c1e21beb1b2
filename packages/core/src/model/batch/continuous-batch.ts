import { SteeringError } from '../../errors/index.js';
import type { InterventionFeeds } from '../../interventions/index.js';
import { hookName } from '../../onnx/index.js';
import type { DecoderSession } from '../decoder-session.js';
import { bytesPerToken, createCache, type KvCache } from '../kv-cache.js';
import { type NextLogits, runToNext } from '../next-logits.js';
import type { BatchLimits, BatchRequest, BatchResult } from './batch-request.js';
import { PrefixStore, prefixKey } from './prefix-store.js';
import { PromptReader } from './prompt-reader.js';
import { ReplyRow } from './reply-row.js';

/** Tokens of prompts that are read between two steps: as long as they take, running replies wait. */
const PROMPT_TOKENS_PER_STEP = 128;
/** Room for tokens in a new cache, and in what it grows by: that costs a copy, not to be made at every token. */
const TOKENS_PER_STEP = 64;

/** Bounds for a machine of a few gigabytes; two cores write little more a second with more rows. */
export const DEFAULT_LIMITS: BatchLimits = {
	maxRows: 32,
	maxWaiting: 256,
	kvBytes: 2 * 1024 ** 3,
	prefixBytes: 512 * 1024 ** 2,
};

/** A request and where it stands. */
interface Job {
	request: BatchRequest;
	/** See {@link prefixKey}. */
	key: string;
	/** Replies that are not finished. */
	open: number;
	failed: boolean;
	/** Tokens that the row of one reply may come to hold. */
	rowTokens: number;
	settle: { resolve(result: BatchResult): void; reject(error: unknown): void };
	cachedTokens: number;
}

/** A row of the cache; without `reply` it only keeps another one company. */
interface Lane {
	job: Job;
	reply: ReplyRow | undefined;
}

/**
 * Replies written together: requests join between two steps, and leave when they are done, given up or fail. Each row has its own
 * prompt, vectors, masks and generator, so that a reply does not depend on what else runs, up to rounding.
 */
export class ContinuousBatch {
	readonly limits: BatchLimits;
	readonly #session: DecoderSession;
	readonly #prefixes: PrefixStore;
	readonly #tokenBytes: number;
	/** A lone row of a 4-bit model goes through a kernel that rounds differently: it is given company. */
	readonly #neverAlone: boolean;
	readonly #waiting: Job[] = [];
	#reading: { job: Job; reader: PromptReader } | undefined;
	#lanes: Lane[] = [];
	#cache: KvCache;
	#feeds: InterventionFeeds | undefined;
	#running: Promise<void> | undefined;
	#closing: Promise<void> | undefined;

	constructor(session: DecoderSession, limits: BatchLimits, options: { neverAlone: boolean }) {
		this.limits = limits;
		this.#session = session;
		this.#neverAlone = options.neverAlone;
		this.#prefixes = new PrefixStore(limits.prefixBytes);
		this.#tokenBytes = bytesPerToken(session.cache);
		this.#cache = createCache(session.cache, 0, TOKENS_PER_STEP);
	}

	/** What runs and waits now. */
	get load(): { rows: number; waiting: number; prefixBytes: number } {
		const rows = this.#lanes.filter(({ reply }) => reply).length;
		return { rows, waiting: this.#waiting.length + (this.#reading ? 1 : 0), prefixBytes: this.#prefixes.bytes };
	}

	/** Rows times the tokens, prompt included, that the longest of them may come to hold. */
	get tokenLimit(): number {
		return Math.floor(this.limits.kvBytes / this.#tokenBytes);
	}

	/**
	 * Resolves when all replies are finished. Throws ERR_BUSY when too much waits, ERR_USAGE for what never fits, ERR_MISMATCH for
	 * a vector of another width, ERR_ABORTED after {@link close}, and the signal's reason.
	 */
	submit(request: BatchRequest): Promise<BatchResult> {
		return new Promise((resolve, reject) => {
			request.signal?.throwIfAborted();
			if (this.#closing) throw new SteeringError('ERR_ABORTED', 'the batch is closed');
			const rowTokens = this.#requireFits(request);
			if (this.#waiting.length >= this.limits.maxWaiting) {
				throw new SteeringError('ERR_BUSY', `${this.#waiting.length} requests are waiting`, {
					hint: 'try again later',
				});
			}
			const job: Job = {
				request,
				key: prefixKey(request.interventions),
				open: request.replies.length,
				failed: false,
				rowTokens,
				settle: { resolve, reject },
				cachedTokens: 0,
			};
			this.#waiting.push(job);
			this.#running ??= this.#run();
		});
	}

	/** Ends what runs and waits with ERR_ABORTED and frees the session. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		// After the caller's own step, so that the loop finds the batch closing.
		await Promise.resolve();
		while (this.#running) await this.#running;
		await this.#session.release();
	}

	#requireFits({ ids, replies, maxNewTokens, interventions }: BatchRequest): number {
		const usage = (message: string) => new SteeringError('ERR_USAGE', message);
		if (ids.length === 0) throw usage('the prompt is empty');
		if (replies.length > this.limits.maxRows) {
			throw usage(`${replies.length} replies are wanted, and at most ${this.limits.maxRows} are written together`);
		}
		const rowTokens = ids.length + maxNewTokens;
		const tokens = replies.length * rowTokens;
		if (tokens > this.tokenLimit) {
			throw usage(`prompt and replies may take ${tokens} tokens, and ${this.tokenLimit} fit into memory`);
		}
		const points = new Set(this.#session.points.map(({ point }) => hookName(point)));
		const lacking = interventions.find(({ point, map, gate }) => map || gate || !points.has(hookName(point)));
		if (lacking) throw usage(`this batch does not take such an intervention at ${hookName(lacking.point)}`);
		// Zero times infinity is no number: a mask would not keep it from other rows.
		if (interventions.some(({ vector }) => !vector.every(Number.isFinite))) throw usage('a vector is not finite');
		// Refuses vectors of another width here, where they hurt nobody else.
		this.#session.feedsFor([interventions]);
		return rowTokens;
	}

	/** The loop: it lives as long as there is work, and outlives whatever fails. */
	async #run(): Promise<void> {
		// The first request's caller goes on first.
		await Promise.resolve();
		while (this.#waiting.length > 0 || this.#reading || this.#lanes.length > 0) {
			try {
				this.#dropAborted();
				await this.#readPrompts();
				if (this.#lanes.length > 0) await this.#step();
			} catch (error) {
				this.#failAll(error);
			}
		}
		this.#reset();
		// At once, so that whoever submits next starts the loop again.
		this.#running = undefined;
	}

	#dropAborted(): void {
		const gone = (job: Job) => this.#closing !== undefined || job.failed || job.request.signal?.aborted === true;
		for (const job of this.#waiting.filter(gone)) this.#abort(job);
		this.#waiting.splice(0, this.#waiting.length, ...this.#waiting.filter((job) => !gone(job)));
		if (this.#reading && gone(this.#reading.job)) {
			this.#abort(this.#reading.job);
			this.#reading = undefined;
		}
		if (!this.#lanes.some(({ job }) => gone(job))) return;
		for (const job of new Set(this.#lanes.map(({ job }) => job).filter(gone))) this.#abort(job);
		this.#keepLanes((lane) => !gone(lane.job));
	}

	#abort(job: Job): void {
		job.settle.reject(job.request.signal?.reason ?? new SteeringError('ERR_ABORTED', 'the batch was closed'));
	}

	async #readPrompts(): Promise<void> {
		let budget = PROMPT_TOKENS_PER_STEP;
		while (budget > 1) {
			this.#reading ??= this.#admit();
			if (!this.#reading) return;
			const { job, reader } = this.#reading;
			try {
				budget -= await reader.read(budget);
				if (!reader.next) continue;
				this.#reading = undefined;
				this.#join(job, reader);
			} catch (error) {
				this.#reading = undefined;
				job.settle.reject(error);
			}
		}
	}

	/** The first that waits, when there is room for it; the others wait behind it, so that none waits for ever. */
	#admit(): { job: Job; reader: PromptReader } | undefined {
		const job = this.#waiting[0];
		if (!job) return undefined;
		const running = this.#lanes.filter(({ reply }) => reply);
		const rows = running.length + job.request.replies.length;
		// The cache is as long for all rows as the longest may become.
		const longest = Math.max(job.rowTokens, ...running.map((lane) => lane.job.rowTokens));
		if (rows > this.limits.maxRows || rows * longest > this.tokenLimit) return undefined;
		this.#waiting.shift();
		const { ids, interventions } = job.request;
		const known = this.#prefixes.find(job.key, ids);
		job.cachedTokens = known?.length ?? 0;
		return { job, reader: new PromptReader(this.#session, ids, interventions, known) };
	}

	#join(job: Job, reader: PromptReader): void {
		const { ids, replies } = job.request;
		const row = reader.row();
		this.#prefixes.keep(job.key, ids, ids.length - job.cachedTokens, () => row, ids.length * this.#tokenBytes);
		const lanes = replies.map((reply): Lane => ({ job, reply: new ReplyRow(job.request, reply) }));
		const joining = lanes.filter((lane) => this.#take(lane, reader.next!, 0));
		if (joining.length === 0) return;
		this.#cache.append(joining.map(() => row));
		this.#lanes.push(...joining);
		this.#changed();
	}

	/** Gives a reply its logits; returns whether it goes on. A reply that fails takes its request with it. */
	#take({ job, reply }: Lane, next: NextLogits, row: number): boolean {
		try {
			if (reply!.take(next, row)) return true;
			job.open--;
			if (job.open === 0) job.settle.resolve({ cachedTokens: job.cachedTokens });
		} catch (error) {
			job.failed = true;
			job.settle.reject(error);
		}
		return false;
	}

	async #step(): Promise<void> {
		const { vocab } = this.#session.stream;
		this.#keepCompany();
		const lanes = this.#lanes;
		this.#cache.reserve(inSteps(Math.max(...this.#cache.lengths) + 1));
		const count = mostRead(lanes.map(({ reply }) => (reply ? reply.logitsRead(vocab) : 1)));
		this.#feeds ??= this.#session.feedsFor(lanes.map(({ job }) => job.request.interventions));
		const run = {
			tokens: lanes.map(({ reply }) => [(reply ?? lanes[0]!.reply!).last]),
			cache: this.#cache,
			interventions: this.#feeds,
			promptLengths: lanes.map(({ job }) => job.request.ids.length),
		};
		const next = await runToNext(this.#session, run, count);
		const going = new Set(lanes.filter((lane, i) => !lane.reply || this.#take(lane, next, i)));
		if (going.size < lanes.length) this.#keepLanes((lane) => going.has(lane));
	}

	#keepLanes(keep: (lane: Lane) => boolean): void {
		const kept = this.#lanes.flatMap((lane, i) => (lane.reply && keep(lane) ? [i] : []));
		if (kept.length > 0) this.#cache.select(kept);
		this.#lanes = kept.map((i) => this.#lanes[i]!);
		this.#changed();
	}

	#keepCompany(): void {
		const replies = this.#lanes.filter(({ reply }) => reply).length;
		if (replies > 1 && replies < this.#lanes.length) this.#keepLanes(() => true);
		if (this.#lanes.length > 1 || !this.#neverAlone) return;
		this.#cache.append([this.#cache.read(0, this.#cache.lengths[0]!)]);
		this.#lanes.push({ job: this.#lanes[0]!.job, reply: undefined });
		this.#changed();
	}

	/** After rows joined or left. */
	#changed(): void {
		this.#feeds = undefined;
		if (this.#lanes.length === 0) this.#cache = createCache(this.#session.cache, 0, TOKENS_PER_STEP);
	}

	#failAll(error: unknown): void {
		for (const { job } of this.#lanes) job.settle.reject(error);
		if (this.#reading) this.#reading.job.settle.reject(error);
		this.#reading = undefined;
		this.#reset();
	}

	#reset(): void {
		this.#lanes = [];
		this.#changed();
	}
}

/** Where one reply reads all logits, all leave the graph. */
function mostRead(counts: readonly (number | undefined)[]): number | undefined {
	return counts.includes(undefined) ? undefined : Math.max(...(counts as readonly number[]));
}

function inSteps(tokens: number): number {
	return Math.ceil(tokens / TOKENS_PER_STEP) * TOKENS_PER_STEP;
}
