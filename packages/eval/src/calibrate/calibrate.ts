import { BEHAVIORS, type Behavior } from '@steering/core/settings';
import type { Judge, JudgeIdentity } from '../judge.js';
import { type JudgePrompt, readJudgePrompt } from '../judge-file.js';
import { judgeMessages } from '../judge-messages.js';
import type { Score } from '../judge-reply.js';
import { type Agreement, agreement } from './agreement.js';
import { type LabelledExchange, type LabelledSet, readLabelledExchanges } from './labelled-exchanges.js';

export interface CalibrateOptions {
	/** A file of labelled exchanges. */
	labelled: string;
	/** Folder of judge prompts. Default: the project's own. */
	judgePrompts?: string | undefined;
	signal?: AbortSignal | undefined;
	/** Told what is left out, and why. */
	onNote?: ((note: string) => void) | undefined;
	/** Called once with the number of exchanges to judge. */
	onStart?: ((exchanges: number) => void) | undefined;
	onProgress?: ((exchanges: number) => void) | undefined;
}

export interface Calibration {
	labelled: Omit<LabelledSet, 'exchanges'>;
	/** Refusal first, then the behaviors in their order, as far as there are labels. */
	behaviors: (Agreement & { judge: JudgeIdentity })[];
}

interface Part {
	behavior: Behavior | null;
	prompt: JudgePrompt;
	exchanges: LabelledExchange[];
}

/**
 * How far a judge agrees with labels, behavior by behavior. Exchanges that the judge prompt shows as examples are left out: of
 * those the answer was given away. Throws ERR_MISSING_INPUT, ERR_BAD_FILE, and what the judge throws.
 */
export async function calibrate(judge: Judge, options: CalibrateOptions): Promise<Calibration> {
	const { exchanges, ...labelled } = await readLabelledExchanges(options.labelled);
	const parts: Part[] = [];
	for (const behavior of [null, ...BEHAVIORS]) {
		const own = exchanges.filter((exchange) => exchange.behavior === behavior);
		if (own.length === 0) continue;
		const prompt = await readJudgePrompt(behavior, options.judgePrompts);
		parts.push({ behavior, prompt, exchanges: withoutExamples(own, prompt, options.onNote) });
	}
	options.onStart?.(parts.reduce((sum, part) => sum + part.exchanges.length, 0));
	const behaviors: Calibration['behaviors'] = [];
	for (const part of parts) behaviors.push(await judgePart(judge, part, options));
	return { labelled, behaviors };
}

async function judgePart(judge: Judge, { behavior, prompt, exchanges }: Part, options: CalibrateOptions) {
	const said = exchanges.map((): Score => null);
	const onScore = (index: number, score: Score) => {
		said[index] = score;
		options.onProgress?.(1);
	};
	const { signal } = options;
	if (exchanges.length > 0) await judge.score(prompt, exchanges, { signal, onScore, acceptsNull: true });
	const judged = exchanges.map((exchange, i) => ({ ...exchange, said: said[i]! }));
	return { ...agreement(behavior, judged), judge: judge.identity(prompt) };
}

function withoutExamples(
	exchanges: LabelledExchange[],
	prompt: JudgePrompt,
	onNote: CalibrateOptions['onNote'],
): LabelledExchange[] {
	const left = exchanges.filter((exchange) => !isExample(exchange, prompt));
	const out = exchanges.length - left.length;
	if (out > 0)
		onNote?.(
			`${out} of ${exchanges.length} exchanges are examples of the ${prompt.behavior ?? 'yes-no'} judge prompt: left out`,
		);
	return left;
}

function isExample({ question, answer }: LabelledExchange, prompt: JudgePrompt): boolean {
	if (prompt.behavior !== null)
		return prompt.examples.some((example) => example.question === question && example.answer === answer);
	return prompt.messages.some(({ content }) => content === rendered(prompt, { question, answer }));
}

function rendered(prompt: JudgePrompt, exchange: { question: string; answer: string }): string {
	return judgeMessages(prompt, exchange).at(-1)!.content;
}
