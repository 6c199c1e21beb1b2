import type { ReplyToken } from './chat-endpoint.js';

/** Probability that may be left undecided between answers before the expectation is not worth telling. */
const MAX_UNDECIDED = 0.01;
/** Stands for whatever token ends a reply: servers write it as nothing or as itself. */
const END = '';
const END_TOKEN = /^(<[|｜].*>|<\/s>|<end_of_turn>)?$/;

/**
 * Expectation of a score over the allowed answers, from the log-probabilities that came with one reply; null where they
 * do not decide it. Tokens that begin no allowed answer do not count, so it does not matter whether a server gives
 * probabilities before or after its constraint.
 *
 * Beyond the first token only the reply's own path is known: where another token begins several answers (`1` begins `1`
 * and `10`, where digits are tokens), its probability cannot be shared out. Up to a hundredth of that is left out.
 *
 * @param values the score of each allowed answer
 */
export function expectedScore(
	tokens: readonly ReplyToken[],
	allowed: readonly string[],
	values: readonly number[],
): number | null {
	const weights = allowed.map(() => 0);
	let undecided = 0;
	const settle = (answers: readonly string[], probability: number) => {
		if (answers.length === 1) weights[allowed.indexOf(answers[0]!)]! += probability;
		else undecided += probability;
	};
	let path = '';
	let reached = 1;
	for (const each of tokens) {
		const ways = waysOn(each, path, allowed);
		const own = textOf(each.token);
		const total = [...ways.values()].reduce((sum, probability) => sum + probability, 0);
		if (!ways.has(own) || total === 0) return null;
		for (const [text, probability] of ways) {
			if (text !== own) settle(answersBy(text, path, ways, allowed), (reached * probability) / total);
		}
		reached *= ways.get(own)! / total;
		const answers = answersBy(own, path, ways, allowed);
		path += own;
		if (answers.length > 1) continue;
		settle(answers, reached);
		reached = 0;
		break;
	}
	// A reply that ended where it could have gone on, without its end being told.
	undecided += reached;
	const decided = weights.reduce((sum, weight) => sum + weight, 0);
	if (undecided > MAX_UNDECIDED * (decided + undecided)) return null;
	return weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0) / decided;
}

/** Probabilities of the tokens that lead on to an allowed answer, or end one. */
function waysOn({ token, logprob, top_logprobs }: ReplyToken, path: string, allowed: readonly string[]) {
	const ways = new Map<string, number>();
	const isListed = top_logprobs.some((other) => other.token === token);
	// What a constraint made the model say need not be among its likeliest.
	for (const each of isListed ? top_logprobs : [{ token, logprob }, ...top_logprobs]) {
		const text = textOf(each.token);
		if (answersAfter(path, text, allowed).length === 0) continue;
		ways.set(text, (ways.get(text) ?? 0) + Math.exp(each.logprob));
	}
	return ways;
}

/**
 * The answers that a token leads to. Where a longer answer has a token of its own (Llama 3's `10`), the shorter one's
 * token is that answer's: a model does not spell what it has a word for.
 */
function answersBy(
	text: string,
	path: string,
	ways: ReadonlyMap<string, number>,
	allowed: readonly string[],
): string[] {
	const answers = answersAfter(path, text, allowed);
	const isOwn = (answer: string) => answer === path + text || ways.has(answer.slice(path.length));
	return answers.includes(path + text) && answers.every(isOwn) ? [path + text] : answers;
}

function answersAfter(path: string, text: string, allowed: readonly string[]): string[] {
	return allowed.filter((answer) => (text === END ? answer === path : answer.startsWith(path + text)));
}

function textOf(token: string): string {
	return END_TOKEN.test(token) ? END : token;
}
