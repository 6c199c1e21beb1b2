import { element, firstOf, foldable } from '../element.js';

/** A manifest may list thousands of prompts or sizes. */
const SHOWN_AT_FIRST = 100;

/** Nested plain data as a tree that opens level by level. */
export function dataTree(data: object): HTMLElement {
	const make = ([key, value]: [string, unknown]) => {
		if (typeof value !== 'object' || value === null) return leaf(key, value);
		const size = Object.keys(value).length;
		if (size === 0) return leaf(key, Array.isArray(value) ? '[]' : '{}');
		const about = Array.isArray(value) ? `[${size}]` : `{${size}}`;
		return foldable([element('b', {}, key), element('small', {}, about)], () => [dataTree(value)]);
	};
	const tree = firstOf(Object.entries(data), SHOWN_AT_FIRST, make, 'entries');
	tree.classList.add('tree');
	return tree;
}

const leaf = (key: string, value: unknown) => element('div', {}, element('b', {}, key), ' ', String(value));
