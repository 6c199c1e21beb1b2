import type { TokenConstraint } from '@steering/core/model';

interface TrieNode {
	children: Map<number, TrieNode>;
	/** Whether an answer ends here. */
	ends: boolean;
}

/**
 * One of a few answers, as a tree of tokens: at each fork only the allowed tokens count. Where one answer begins another, the stop
 * tokens compete with what the longer one goes on with.
 */
export class ChoiceConstraint implements TokenConstraint {
	readonly #stopIds: readonly number[];
	#at: TrieNode;

	constructor(answers: readonly (readonly number[])[], stopIds: readonly number[]) {
		this.#stopIds = stopIds;
		this.#at = trieOf(answers);
	}

	allowed(): number[] {
		const next = [...this.#at.children.keys()];
		return this.#at.ends ? [...next, ...this.#stopIds] : next;
	}

	advance(id: number): void {
		this.#at = this.#at.children.get(id)!;
	}

	get finished(): boolean {
		return this.#at.children.size === 0;
	}

	forced(): number[] | undefined {
		const path: number[] = [];
		let node = this.#at;
		while (node.children.size > 0) {
			if (node.children.size > 1 || node.ends) return undefined;
			const [[id, next]] = node.children as unknown as [[number, TrieNode]];
			path.push(id);
			node = next;
		}
		return path;
	}
}

function trieOf(answers: readonly (readonly number[])[]): TrieNode {
	const root: TrieNode = { children: new Map(), ends: false };
	for (const answer of answers) {
		let node = root;
		for (const id of answer) {
			const next = node.children.get(id) ?? { children: new Map(), ends: false };
			node.children.set(id, next);
			node = next;
		}
		node.ends = true;
	}
	return root;
}
