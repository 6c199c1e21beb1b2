import { wrapText } from './text-width.js';
import { FONT_SIZE } from './theme.js';

/** A picture's title and subtitles, wrapped; each subtitle begins a line. `description` is for readers who cannot see it. */
export function titleBlock(title: string, subtitles: readonly (readonly string[])[], width: number) {
	const subtitle = subtitles.flatMap((phrases) => wrapText(phrases, ' · ', width, FONT_SIZE.subtitle));
	return { description: title, title: { text: wrapText([title], '', width, FONT_SIZE.title, 600), subtitle } };
}
