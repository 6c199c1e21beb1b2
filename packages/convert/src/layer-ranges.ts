/** Ascending layers as `--layer` takes them: 1-3,5. */
export function layerRanges(layers: readonly number[]): string {
	const ranges: [first: number, last: number][] = [];
	for (const layer of layers) {
		const range = ranges.at(-1);
		if (range && range[1] === layer - 1) range[1] = layer;
		else ranges.push([layer, layer]);
	}
	return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
