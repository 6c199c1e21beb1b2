/** Over rounds. */
export interface Spread {
	median: number;
	min: number;
	max: number;
}

/** One comparison: how many times as fast as `against` we are, over interleaved rounds. */
export interface BenchRow {
	job: string;
	against: string;
	/** Over 1: ours is ahead. */
	ratio: Spread;
	/** What the ratio should reach; null: it is there to compare. */
	target: number | null;
	/** What the ratio is made of, where both sides measured themselves. */
	measured?: Measured;
}

export interface Measured {
	unit: 'tokens/s' | 's' | 'MB';
	ours: Spread;
	theirs: Spread;
	/** The same ratio in processor time instead of time: what else ran on the machine matters less there. Null: not known. */
	cpu: Spread | null;
	/** Load average of the machine after each round: over its number of cores, others were waiting. */
	load: Spread;
}

export function benchRow(
	job: string,
	against: string,
	ratios: readonly number[],
	target: number | null,
	measured?: Measured,
): BenchRow {
	return { job, against, ratio: spreadOf(ratios), target, ...(measured ? { measured } : {}) };
}

export function spreadOf(values: readonly number[]): Spread {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	const median = sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
	return { median, min: sorted[0]!, max: sorted.at(-1)! };
}
