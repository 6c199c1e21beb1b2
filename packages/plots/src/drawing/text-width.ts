import { Resvg } from '@resvg/resvg-js';
import { FONT_OPTIONS } from './fonts.js';

const widths = new Map<string, number>();

/** Width in pixels of one line of text, as the PNG will show it: measured by the same shaper with the same font. */
export function textWidth(text: string, fontSize: number, weight: 400 | 600 = 400): number {
	const key = `${weight} ${text}`;
	let width = widths.get(key);
	if (width === undefined) {
		width = measure(text, weight);
		widths.set(key, width);
	}
	return (width * fontSize) / 100;
}

function measure(text: string, weight: number): number {
	// The bars at both ends keep the spaces in between.
	const svg = (content: string) =>
		`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text y="100" xml:space="preserve" font-family="Inter" font-weight="${weight}" font-size="100">${escapeXml(content)}</text></svg>`;
	const extent = (content: string) => new Resvg(svg(content), { font: FONT_OPTIONS }).getBBox()?.width ?? 0;
	return extent(`|${text}|`) - extent('||');
}

function escapeXml(text: string): string {
	return text.replace(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ').replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Breaks phrases into lines of at most `width` pixels, between phrases where it can, else between words. */
export function wrapText(
	phrases: readonly string[],
	separator: string,
	width: number,
	fontSize: number,
	weight: 400 | 600 = 400,
): string[] {
	const fits = (line: string) => textWidth(line, fontSize, weight) <= width;
	const lines: string[] = [];
	for (const phrase of phrases) {
		const last = lines.at(-1);
		if (last !== undefined && fits(last + separator + phrase)) lines[lines.length - 1] = last + separator + phrase;
		else lines.push(...(fits(phrase) ? [phrase] : breakPhrase(phrase, fits)));
	}
	return lines;
}

function breakPhrase(phrase: string, fits: (line: string) => boolean): string[] {
	const lines: string[] = [''];
	// Names of models have no spaces: they may break after a slash, a hyphen or an underscore, and anywhere at worst.
	for (const piece of phrase.split(/(?<=[\s/_-])/).flatMap((word) => (fits(word) ? [word] : [...word]))) {
		const line = lines.at(-1)! + piece;
		if (fits(line.trimEnd())) lines[lines.length - 1] = line;
		else lines.push(piece);
	}
	return lines.map((line) => line.trim()).filter(Boolean);
}
