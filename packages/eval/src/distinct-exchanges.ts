import type { Exchange } from './judge-messages.js';

/** An exchange, and where among all it stands: equal ones are judged once. */
export interface DistinctExchange {
	exchange: Exchange;
	indices: number[];
}

/** In the order of their first appearance. */
export function distinct(exchanges: readonly Exchange[]): DistinctExchange[] {
	const found = new Map<string, DistinctExchange>();
	for (const [index, exchange] of exchanges.entries()) {
		const key = JSON.stringify([exchange.question, exchange.answer]);
		const known = found.get(key);
		if (known) known.indices.push(index);
		else found.set(key, { exchange, indices: [index] });
	}
	return [...found.values()];
}
