type Child = Node | string | null | false;

/** An element with attributes and children. Text goes in as text nodes: HTML inside it is shown, never run. */
export function element<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	attributes: Record<string, string | number | boolean> = {},
	...children: Child[]
): HTMLElementTagNameMap[K] {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (value !== false) made.setAttribute(name, value === true ? '' : String(value));
	}
	made.append(...children.filter((child) => child !== null && child !== false));
	return made;
}

/** An element of the page's skeleton. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
	const found = document.getElementById(id);
	if (!found) throw new Error(`the page has no #${id}`);
	return found as T;
}

/**
 * A table that scrolls sideways in itself, never the page; or, where it `stacks`, has its cells below one another on a
 * narrow screen. The roles are said, since a table laid out as blocks loses them.
 */
export function table(
	caption: string,
	head: string[],
	rows: Child[][],
	numeric: (column: number) => boolean,
	stacks = false,
): HTMLElement {
	const kind = (column: number) => (numeric(column) ? { class: 'number' } : {});
	const headCells = head.map((cell, i) => element('th', { role: 'columnheader', scope: 'col', ...kind(i) }, cell));
	const cells = (row: Child[]) =>
		row.map((cell, i) => element('td', { role: 'cell', 'data-name': head[i]!, ...kind(i) }, cell));
	const body = rows.map((row) => element('tr', { role: 'row' }, ...cells(row)));
	const made = element(
		'table',
		{ role: 'table', 'aria-label': caption, class: stacks ? 'stacks' : '' },
		element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headCells)),
		element('tbody', { role: 'rowgroup' }, ...body),
	);
	return element('div', { class: 'scroll-x', tabindex: 0, role: 'region', 'aria-label': caption }, made);
}

/** Folded content that is made when it is first opened: hundreds of these cost nothing. */
export function foldable(summary: Child[], content: () => Child[], open = false): HTMLDetailsElement {
	const made = element('details', {}, element('summary', {}, ...summary));
	made.addEventListener('toggle', () => made.append(...content().filter((c) => c !== null && c !== false)), {
		once: true,
	});
	made.open = open;
	return made;
}

/** The first few of a list and a button for the rest. */
export function firstOf<T>(items: readonly T[], shown: number, make: (item: T, index: number) => Node, noun: string) {
	const list = element('div', { class: 'list' }, ...items.slice(0, shown).map(make));
	if (items.length <= shown) return list;
	const button = element('button', { type: 'button', class: 'more' }, `Show all ${items.length} ${noun}`);
	button.addEventListener('click', () => {
		button.replaceWith(...items.slice(shown).map((item, i) => make(item, shown + i)));
	});
	list.append(button);
	return list;
}
