import { byId } from '../element.js';
import { gridKeys } from './grid-keys.js';
import {
	canvasHeight,
	listTopShowing,
	listToScroll,
	type RowLayout,
	rowTop,
	scrollToList,
	visibleRows,
} from './row-layout.js';

/** Taller than any screen. On paper the table is as tall as its rows: without an end, it would draw all of them. */
const MAX_VIEWPORT = 10_000;

export type MakeRow = (row: number, expanded: boolean) => HTMLElement;

/** The table of replies: only rows in view are in the document. One is selected, and may be expanded. */
export class ReplyGrid {
	readonly #grid = byId('grid');
	readonly #canvas = byId('grid-canvas');
	readonly #head = byId('grid-head');
	readonly #makeRow: MakeRow;
	readonly #drawn = new Map<number, HTMLElement>();
	#rows: Uint32Array = new Uint32Array();
	#selected = 0;
	#layout: RowLayout = { rows: 0, rowHeight: 1, expanded: -1, expandedHeight: 0, viewport: 0 };
	/** Called after rows were drawn. */
	drawn: () => void = () => {};

	constructor(makeRow: MakeRow) {
		this.#makeRow = makeRow;
		let asked = false;
		this.#grid.addEventListener('scroll', () => {
			if (asked) return;
			asked = true;
			requestAnimationFrame(() => {
				asked = false;
				this.#draw();
			});
		});
		this.#grid.addEventListener('keydown', (event) => gridKeys(this, event));
		this.#canvas.addEventListener('click', (event) => this.#clicked(event));
		new ResizeObserver(() => this.#measure()).observe(this.#grid);
	}

	show(rows: Uint32Array): void {
		this.#rows = rows;
		this.#selected = 0;
		this.#layout = { ...this.#layout, rows: rows.length, expanded: -1 };
		this.#clear();
		this.#grid.scrollTop = 0;
		this.#grid.setAttribute('aria-rowcount', String(rows.length + 1));
		this.#measure();
	}

	get selected(): number {
		return this.#selected;
	}

	get size(): number {
		return this.#rows.length;
	}

	/** Rows that fit into view, for a page up or down. */
	get page(): number {
		return Math.max(1, Math.floor(this.#layout.viewport / this.#layout.rowHeight) - 1);
	}

	select(index: number): void {
		if (this.size === 0) return;
		this.#selected = Math.max(0, Math.min(this.size - 1, index));
		this.#reveal();
	}

	/** Expands the selected row, or folds it. */
	toggle(expand = this.#layout.expanded !== this.#selected): void {
		if (this.size === 0) return;
		const before = this.#layout.expanded;
		this.#layout = { ...this.#layout, expanded: expand ? this.#selected : -1, expandedHeight: this.#layout.rowHeight };
		for (const index of [before, this.#selected]) this.#remove(index);
		this.#draw();
		this.#measureExpanded();
		this.#reveal();
	}

	#reveal(): void {
		const listTop = this.#listTop();
		const wanted = listTopShowing(this.#layout, this.#selected, listTop);
		if (wanted !== listTop) this.#grid.scrollTop = listToScroll(this.#layout, wanted);
		this.#draw();
	}

	#listTop(): number {
		return scrollToList(this.#layout, this.#grid.scrollTop);
	}

	#measure(): void {
		const rowHeight = Number.parseFloat(getComputedStyle(this.#grid).getPropertyValue('--row-height'));
		const seen = this.#grid.clientHeight - this.#head.offsetHeight;
		const viewport = Math.max(0, Math.min(seen, MAX_VIEWPORT));
		this.#layout = { ...this.#layout, rowHeight, viewport };
		this.#draw();
		this.#measureExpanded();
	}

	/** A text's height is known once it is drawn. */
	#measureExpanded(): void {
		const shown = this.#drawn.get(this.#layout.expanded);
		if (!shown) return;
		this.#layout = { ...this.#layout, expandedHeight: Math.max(this.#layout.rowHeight, shown.offsetHeight) };
		this.#draw();
	}

	#draw(): void {
		const listTop = this.#listTop();
		const [first, last] = visibleRows(this.#layout, listTop);
		for (const index of this.#drawn.keys()) if (index < first || index > last) this.#remove(index);
		this.#canvas.style.height = `${canvasHeight(this.#layout)}px`;
		const shift = this.#grid.scrollTop - listTop;
		for (let index = first; index <= last; index++) {
			const shown = this.#drawn.get(index) ?? this.#add(index);
			shown.style.transform = `translateY(${rowTop(this.#layout, index) + shift}px)`;
			shown.setAttribute('aria-selected', String(index === this.#selected));
		}
		const selected = this.#drawn.get(this.#selected);
		if (selected) this.#grid.setAttribute('aria-activedescendant', selected.id);
		else this.#grid.removeAttribute('aria-activedescendant');
		this.drawn();
	}

	#add(index: number): HTMLElement {
		const made = this.#makeRow(this.#rows[index]!, index === this.#layout.expanded);
		made.dataset.index = String(index);
		// The head is row 1.
		made.setAttribute('aria-rowindex', String(index + 2));
		this.#drawn.set(index, made);
		// In the order of the list, for whoever reads the document rather than the picture.
		const before = this.#drawn.get(index - 1);
		if (before) before.after(made);
		else this.#canvas.prepend(made);
		return made;
	}

	#remove(index: number): void {
		this.#drawn.get(index)?.remove();
		this.#drawn.delete(index);
	}

	#clear(): void {
		for (const index of [...this.#drawn.keys()]) this.#remove(index);
	}

	#clicked(event: MouseEvent): void {
		const clicked = (event.target as Element).closest<HTMLElement>('[data-index]');
		// Who selects text to copy it does not want the row to fold.
		if (!clicked || getSelection()?.isCollapsed === false) return;
		this.select(Number(clicked.dataset.index));
		this.toggle();
	}
}
