/** "10", or "8–10" where counts differ. */
export function countRange(counts: readonly number[]): string {
	const [low, high] = [Math.min(...counts), Math.max(...counts)];
	return low === high ? `${low}` : `${low}–${high}`;
}
