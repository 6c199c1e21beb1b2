import { SteeringError } from '@steering/core/errors';
import { type AskedDevice, HookedModel, modelIdentity, type PreparationHooks } from '@steering/core/model';
import type { Precision } from '@steering/core/onnx';
import { type AnswerSeam, answerSeam } from './answer-seam.js';
import { answerLogProbabilities } from './answer-tree.js';
import { distinct } from './distinct-exchanges.js';
import type { Judge, JudgeIdentity, ScoreOptions } from './judge.js';
import { type JudgePrompt, judgePromptHash } from './judge-file.js';
import { type Exchange, judgeMessages } from './judge-messages.js';
import type { Score } from './judge-reply.js';
import { answerValues, scoreOfAnswer } from './score-values.js';

export interface LocalJudgeOptions {
	/** Default `fast`: as the model was exported. */
	precision?: Precision | undefined;
	threads?: number | undefined;
	device?: AskedDevice | undefined;
	signal?: AbortSignal | undefined;
	/** Told what happens before the model can be opened: downloads, a build. */
	preparation?: PreparationHooks | undefined;
}

/**
 * A model that judges in this process, by the likelihood of the allowed answers. An exchange's score depends on nothing
 * but the exchange, the judge prompt and the model: not on what else is scored, nor in what order.
 */
export class LocalJudge implements Judge {
	readonly #model: HookedModel;
	readonly #seams = new Map<string, AnswerSeam>();

	private constructor(model: HookedModel) {
		this.#model = model;
	}

	/** `model`: a registry name, a folder or a hub id. Throws what {@link HookedModel.load} throws. */
	static async load(
		model: string,
		{ precision = 'fast', threads, device, signal, preparation }: LocalJudgeOptions = {},
	): Promise<LocalJudge> {
		return new LocalJudge(await HookedModel.load(model, { precision, threads, device, signal, ...preparation }));
	}

	identity(prompt: JudgePrompt): JudgeIdentity {
		return { kind: 'local', ...modelIdentity(this.#model.info), prompt: judgePromptHash(prompt) };
	}

	/** The most likely allowed answer: true for yes, false for no, or the grade; and the expectation over all of them. */
	async score(prompt: JudgePrompt, exchanges: readonly Exchange[], options: ScoreOptions): Promise<void> {
		await this.logProbabilities(prompt, exchanges, {
			signal: options.signal,
			onAnswer: (index, logProbabilities) =>
				options.onScore(index, mostLikely(prompt, logProbabilities), expectation(prompt, logProbabilities)),
		});
	}

	/** Log-probability of each allowed answer, among the allowed ones, told as it comes. */
	async logProbabilities(
		prompt: JudgePrompt,
		exchanges: readonly Exchange[],
		options: { signal?: AbortSignal | undefined; onAnswer: (index: number, logProbabilities: Float64Array) => void },
	): Promise<void> {
		const seam = this.#seam(prompt);
		const { branches } = seam.tree;
		for (const { prefix, items } of sharingPrefix(
			distinct(exchanges).map(({ exchange, indices }) => ({ ids: this.#ids(prompt, exchange, seam), indices })),
			seam.prefix,
		)) {
			await this.#model.scoreChoices({
				prefix,
				items: items.map(({ ids }) => ids.slice(prefix.length)),
				choices: branches,
				signal: options.signal,
				onItem: (i, row) => {
					const answer = answerLogProbabilities(seam.tree, row);
					for (const index of items[i]!.indices) options.onAnswer(index, answer);
				},
			});
		}
	}

	release(): Promise<void> {
		return this.#model.release();
	}

	#seam(prompt: JudgePrompt): AnswerSeam {
		const key = judgePromptHash(prompt);
		const seam = this.#seams.get(key) ?? answerSeam(prompt, this.#model.tokenizer);
		this.#seams.set(key, seam);
		return seam;
	}

	#ids(prompt: JudgePrompt, exchange: Exchange, { dropped, tree }: AnswerSeam): number[] {
		const ids = this.#model.tokenizer.encodeChat(judgeMessages(prompt, exchange));
		const limit = this.#model.files.config?.max_position_embeddings;
		const needed = ids.length + Math.max(...tree.branches.map(({ length }) => length));
		if (typeof limit === 'number' && needed > limit) {
			throw new SteeringError(
				'ERR_MISMATCH',
				`an exchange makes ${needed} tokens with its judge prompt, and ${this.#model.info.name} reads ${limit}`,
				{
					hint: 'choose another --judge-model, or a shorter prompt with --judge-prompts',
				},
			);
		}
		return ids.slice(0, ids.length - dropped);
	}
}

function mostLikely(prompt: JudgePrompt, logProbabilities: Float64Array): Score {
	// The first of equals, so that a tie has one outcome.
	return scoreOfAnswer(prompt, prompt.allowed[logProbabilities.indexOf(Math.max(...logProbabilities))]!) ?? null;
}

function expectation(prompt: JudgePrompt, logProbabilities: Float64Array): number {
	return answerValues(prompt).reduce((sum, value, i) => sum + Math.exp(logProbabilities[i]!) * value, 0);
}

/** A distinct exchange's tokens, and where among the exchanges it stands. */
interface Item {
	ids: number[];
	indices: number[];
}

/** All items that begin with the prefix, and each one that does not, its tokens merged over the seam, by itself. */
function sharingPrefix(
	items: readonly Item[],
	prefix: readonly number[],
): { prefix: readonly number[]; items: Item[] }[] {
	const shares = ({ ids }: Item) => prefix.every((token, i) => ids[i] === token);
	const together = items.filter(shares);
	const alone = items.filter((item) => !shares(item)).map((item) => ({ prefix: [], items: [item] }));
	return together.length > 0 ? [{ prefix, items: together }, ...alone] : alone;
}
