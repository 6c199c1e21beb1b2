/** At most `limit` items, evenly spread over them, the first, the last and those that are `kept` among them. */
export function evenlyChosen<T>(items: readonly T[], limit: number, kept: (item: T) => boolean = () => false): T[] {
	if (items.length <= limit) return [...items];
	const chosen = new Set(Array.from({ length: limit }, (_, i) => Math.round((i * (items.length - 1)) / (limit - 1))));
	for (const [index, item] of items.entries()) {
		if (!kept(item) || chosen.has(index)) continue;
		// In the place of its nearest neighbour that is no end.
		const inner = [...chosen].filter((other) => other !== 0 && other !== items.length - 1);
		chosen.delete(inner.sort((a, b) => Math.abs(a - index) - Math.abs(b - index))[0]!);
		chosen.add(index);
	}
	return [...chosen].sort((a, b) => a - b).map((index) => items[index]!);
}
