import type { ReportData, ReportReplies } from '../../report-data.js';
import { byId } from '../element.js';
import { count } from '../numbers.js';
import { filterRows } from './filter.js';
import { highlight } from './highlight.js';
import { EVERYTHING, type Query } from './query.js';
import { fromHash, toHash } from './query-hash.js';
import { replyColumns } from './reply-columns.js';
import { ReplyGrid } from './reply-grid.js';
import { rowViews } from './row-view.js';
import { sortedRows } from './sort.js';
import { type Matches, TextSearch } from './text-search.js';
import { toolbar } from './toolbar.js';

/** The table of replies with its filters; what is shown is kept in the page's address. */
export function repliesSection({ experiments }: ReportData, replies: ReportReplies): void {
	const columns = replyColumns(replies);
	if (columns.size === 0) {
		byId('replies-message').textContent = 'No replies: no response file was found.';
		return;
	}
	byId('replies-content').hidden = false;
	const names = experiments.map(({ name }) => name);
	const makeRow = rowViews(columns, experiments);
	const search = new TextSearch(columns);
	const ordered = lastOnly((key: Query['sort'], descending: boolean) => sortedRows(columns, key, descending));
	let query = EVERYTHING;
	const grid = new ReplyGrid((row, expanded) => makeRow(row, expanded, names.length > 1 && query.experiment === null));
	grid.drawn = () => highlight(query.search);

	const show = (next: Query) => {
		query = next;
		setToolbar(query);
		const { matches, wrong } = searched(search, query.search);
		const order = ordered(query.sort, query.descending);
		const rows = wrong ? new Uint32Array() : filterRows(columns, order, query, names, matches);
		grid.show(rows);
		byId('count').textContent = `${count(rows.length)} of ${count(columns.size)} replies`;
		byId('replies-message').textContent = wrong ?? (rows.length === 0 ? 'No reply matches these filters.' : '');
	};
	const setToolbar = toolbar(columns, experiments, (change) => {
		const next = { ...query, ...change };
		const typing = Object.keys(change).join() === 'search' && query.search !== '' && next.search !== '';
		if (toHash(next) === toHash(query)) return;
		// A step back undoes a filter, or a whole search rather than its last letter.
		if (typing) history.replaceState(null, '', toHash(next));
		else history.pushState(null, '', toHash(next));
		show(next);
	});
	// Steps back and forth, links within the page, and an address edited by hand. Steps fire both events.
	for (const event of ['popstate', 'hashchange']) {
		addEventListener(event, () => {
			const next = fromHash(location.hash);
			if (toHash(next) !== toHash(query)) show(next);
		});
	}
	show(fromHash(location.hash));
}

function searched(search: TextSearch, text: string): { matches: Matches | null; wrong?: string } {
	if (text === '') return { matches: null };
	try {
		return { matches: search.match(text) };
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		return { matches: null, wrong: error.message };
	}
}

/** Sorting 100,000 rows takes a moment: not again at each keystroke of a search. */
function lastOnly(sort: (key: Query['sort'], descending: boolean) => Uint32Array): typeof sort {
	let last: { key: string; rows: Uint32Array } | undefined;
	return (key, descending) => {
		const name = `${key} ${descending}`;
		if (last?.key !== name) last = { key: name, rows: sort(key, descending) };
		return last.rows;
	};
}
