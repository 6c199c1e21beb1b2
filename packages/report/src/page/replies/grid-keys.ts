import type { ReplyGrid } from './reply-grid.js';

const MOVES: Record<string, (grid: ReplyGrid) => number> = {
	ArrowDown: (grid) => grid.selected + 1,
	ArrowUp: (grid) => grid.selected - 1,
	PageDown: (grid) => grid.selected + grid.page,
	PageUp: (grid) => grid.selected - grid.page,
	Home: () => 0,
	End: (grid) => grid.size - 1,
};

/** Keys of the table, wherever within it the focus is; Enter on a column's button stays the button's. */
export function gridKeys(grid: ReplyGrid, event: KeyboardEvent): void {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	const move = MOVES[event.key];
	if (move) grid.select(move(grid));
	else if (event.key === 'Enter' && event.target === event.currentTarget) grid.toggle();
	else if (event.key === 'Escape') grid.toggle(false);
	else return;
	event.preventDefault();
}
