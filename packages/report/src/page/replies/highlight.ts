import { byId } from '../element.js';
import { searchPattern } from './text-search.js';

/** Of one text: a pattern like /./ matches everywhere. */
const MAX_HITS = 200;

/** Marks what was searched for in the rows in view, without changing the document; not in browsers that cannot. */
export function highlight(search: string): void {
	if (!('highlights' in CSS)) return;
	CSS.highlights.delete('search');
	const pattern = search === '' ? null : globalPattern(search);
	if (!pattern) return;
	const ranges: Range[] = [];
	const walker = document.createTreeWalker(byId('grid-canvas'), NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		if (node.parentElement?.closest('.prompt .clamp, .steered .clamp')) ranges.push(...hits(node, pattern));
	}
	CSS.highlights.set('search', new Highlight(...ranges));
}

function hits(node: Node, pattern: RegExp): Range[] {
	const ranges: Range[] = [];
	for (const { index, 0: found } of node.textContent!.matchAll(pattern)) {
		if (ranges.length === MAX_HITS) break;
		const range = new Range();
		range.setStart(node, index);
		range.setEnd(node, index + found.length);
		ranges.push(range);
	}
	return ranges;
}

function globalPattern(search: string): RegExp | null {
	try {
		const pattern = searchPattern(search);
		if (pattern instanceof RegExp) return new RegExp(pattern.source, `${pattern.flags}g`);
		return new RegExp(search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
	} catch {
		// The table already says what is wrong with it.
		return null;
	}
}
