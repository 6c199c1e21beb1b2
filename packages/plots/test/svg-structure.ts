/** What an SVG is made of: its marks with the number of items in each, and the text a reader sees. */
export function structureOf(svg: string) {
	const marks = [...svg.matchAll(/<g class="mark-(\w+) role-mark (\w+)"[^>]*>(.*?)<\/g>/gs)].map(
		([, mark, , items]) => `${mark} ${items!.match(/<(path|line|text|rect)/g)?.length ?? 0}`,
	);
	return { marks, text: [...svg.matchAll(/<t(?:ext|span)[^>]*>([^<]+)</g)].map(([, text]) => text) };
}
