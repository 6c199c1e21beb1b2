import { logSumExp } from '@steering/core/model';

/**
 * The allowed answers as a tree of tokens, walked as a constrained decoder walks it: at each fork only the allowed tokens
 * count. So an answer is not punished for its length, and of `1` and `10` neither is favoured where both begin with the
 * same token: there the shorter one must end, and `end` competes with the next digit.
 */
export interface AnswerTree {
	/** Token sequences whose log-probability is needed: every branch of every fork, from the root. */
	readonly branches: readonly (readonly number[])[];
	/** Per answer the branches it takes, and per branch those it competes with (itself included). */
	readonly routes: readonly (readonly { branch: number; rivals: readonly number[] }[])[];
}

/** @param end token that ends an answer, used only where one answer begins another */
export function answerTree(answers: readonly (readonly number[])[], end: number): AnswerTree {
	const ended = answers.map((answer) => (beginsAnother(answer, answers) ? [...answer, end] : answer));
	const branches: number[][] = [];
	const indexOf = new Map<string, number>();
	const branchIndex = (path: readonly number[]) => {
		const key = path.join();
		const index = indexOf.get(key) ?? branches.push([...path]) - 1;
		indexOf.set(key, index);
		return index;
	};
	const routes = ended.map((answer) =>
		answer.flatMap((_, i) => {
			const rivals = nextTokens(ended, answer.slice(0, i));
			// A single way on is certain under the constraint, and costs nothing to score.
			if (rivals.length < 2) return [];
			const along = (token: number) => branchIndex([...answer.slice(0, i), token]);
			return [{ branch: along(answer[i]!), rivals: rivals.map(along) }];
		}),
	);
	return { branches, routes };
}

/**
 * Log-probability of each answer among the allowed ones, from those of the branches: the answers' probabilities sum to 1.
 */
export function answerLogProbabilities({ routes }: AnswerTree, branches: ArrayLike<number>): Float64Array {
	return Float64Array.from(routes, (route) =>
		route.reduce((sum, { branch, rivals }) => sum + branches[branch]! - logSumExp(rivals.map((i) => branches[i]!)), 0),
	);
}

function beginsAnother(answer: readonly number[], answers: readonly (readonly number[])[]): boolean {
	return answers.some((other) => other.length > answer.length && startsWith(other, answer));
}

function nextTokens(answers: readonly (readonly number[])[], path: readonly number[]): number[] {
	const below = answers.filter((answer) => answer.length > path.length && startsWith(answer, path));
	return [...new Set(below.map((answer) => answer[path.length]!))];
}

function startsWith(tokens: readonly number[], start: readonly number[]): boolean {
	return start.every((token, i) => tokens[i] === token);
}
