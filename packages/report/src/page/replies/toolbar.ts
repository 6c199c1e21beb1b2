import type { Experiment } from '../../report-data.js';
import { byId, element } from '../element.js';
import { count, figure } from '../numbers.js';
import { EVERYTHING, type Query } from './query.js';
import { distinct, type ReplyColumns } from './reply-columns.js';

/** More values than these are a range, not a choice. */
const MAX_SCORE_CHOICES = 12;
/** Shorter than the time between two keystrokes of a quick typist. */
const SEARCH_DELAY_MS = 60;

export type Changed = (change: Partial<Query>) => void;

/** The filters above the table. Returns what sets them from a query. */
export function toolbar(columns: ReplyColumns, experiments: readonly Experiment[], changed: Changed) {
	const parts = [
		searchBox(changed),
		choices(columns, experiments, changed),
		range(changed),
		scoreChoices(columns, changed),
		order(changed),
	];
	byId('clear').addEventListener('click', () => changed(EVERYTHING));
	return (query: Query) => {
		for (const set of parts) set(query);
	};
}

type Set = (query: Query) => void;

function searchBox(changed: Changed): Set {
	const search = byId<HTMLInputElement>('search');
	let waiting: number | undefined;
	const now = () => {
		clearTimeout(waiting);
		waiting = undefined;
		changed({ search: search.value });
	};
	search.addEventListener('input', () => {
		clearTimeout(waiting);
		waiting = setTimeout(now, SEARCH_DELAY_MS);
	});
	search.addEventListener('keydown', (event) => {
		if (event.key === 'Escape') search.value = '';
		if (event.key === 'Escape' || event.key === 'Enter') now();
	});
	document.addEventListener('keydown', (event) => {
		if (event.key !== '/' || (event.target as Element).matches('input, select, textarea')) return;
		event.preventDefault();
		search.focus();
		search.select();
	});
	return (query) => {
		// Not while it is typed into: letters would be lost, and the caret jump.
		if (waiting === undefined && search.value !== query.search) search.value = query.search;
	};
}

function choices(columns: ReplyColumns, experiments: readonly Experiment[], changed: Changed): Set {
	const [experiment, mult, label, change] = ['experiment', 'mult', 'label', 'change'].map((id) =>
		byId<HTMLSelectElement>(`filter-${id}`),
	) as [HTMLSelectElement, HTMLSelectElement, HTMLSelectElement, HTMLSelectElement];
	// A choice's value is '' for any, so that no label or name can be mistaken for it.
	const value = ({ value }: HTMLSelectElement) => (value === '' ? null : value.slice(1));
	experiment.append(...experiments.map(({ name, title }) => new Option(`${title} (${name})`, `=${name}`)));
	experiment.addEventListener('change', () => changed({ experiment: value(experiment), mult: null }));
	const allMults = distinct(columns.mult);
	mult.addEventListener('change', () => changed({ mult: value(mult) === null ? null : Number(value(mult)) }));
	const unlabelled = columns.label.includes(-1) && columns.labels.length > 0;
	label.append(...[...columns.labels, ...(unlabelled ? [''] : [])].map((it) => new Option(it || 'none', `=${it}`)));
	label.addEventListener('change', () => changed({ label: value(label) }));
	change.addEventListener('change', () => changed({ change: value(change) as Query['change'] }));
	byId('part-label').hidden = columns.labels.length === 0;
	byId('part-change').hidden = !columns.unsteered.some((row) => row >= 0);
	return (query) => {
		const within = experiments.find(({ name }) => name === query.experiment)?.mults.map((at) => at.mult) ?? allMults;
		mult.replaceChildren(new Option('all', ''), ...within.map((it) => new Option(figure(it), `=${it}`)));
		const wanted = [query.experiment, query.mult, query.label, query.change];
		for (const [i, select] of [experiment, mult, label, change].entries()) {
			select.value = wanted[i] === null ? '' : `=${wanted[i]}`;
		}
	};
}

function range(changed: Changed): Set {
	const ends = (['min', 'max'] as const).map((end) => {
		const input = byId<HTMLInputElement>(`filter-${end}`);
		input.addEventListener('change', () => changed({ [end]: input.value === '' ? null : input.valueAsNumber }));
		return { end, input };
	});
	return (query) => {
		for (const { end, input } of ends) input.value = query[end] === null ? '' : String(query[end]);
	};
}

function scoreChoices(columns: ReplyColumns, changed: Changed): Set {
	const values = distinct(columns.score);
	byId('part-score').hidden = values.every(Number.isNaN);
	if (values.length > MAX_SCORE_CHOICES) return () => {};
	const chosen = new Set<number>();
	const rows = new Map<number, number>();
	for (const score of columns.score) rows.set(score, (rows.get(score) ?? 0) + 1);
	const buttons = values.map((score) => {
		const text = Number.isNaN(score) ? 'not scored' : figure(score);
		const title = `${count(rows.get(score)!)} of all replies`;
		const button = element('button', { type: 'button', title, 'aria-label': `Score ${text}` }, text);
		button.addEventListener('click', () => {
			if (!chosen.delete(score)) chosen.add(score);
			changed({ scores: values.filter((value) => chosen.has(value)) });
		});
		return button;
	});
	byId('scores').append(...buttons);
	return (query) => {
		chosen.clear();
		for (const score of query.scores) chosen.add(score);
		for (const [i, button] of buttons.entries()) button.setAttribute('aria-pressed', String(chosen.has(values[i]!)));
	};
}

function order(changed: Changed): Set {
	const sort = byId<HTMLSelectElement>('sort');
	const direction = byId<HTMLButtonElement>('direction');
	const heads = [...document.querySelectorAll<HTMLElement>('[data-sort]')];
	let now = EVERYTHING;
	sort.addEventListener('change', () => changed({ sort: sort.value as Query['sort'] }));
	direction.addEventListener('click', () => changed({ descending: !now.descending }));
	for (const head of heads) {
		const key = head.dataset.sort as Query['sort'];
		head.firstElementChild!.addEventListener('click', () =>
			changed({ sort: key, descending: now.sort === key && !now.descending }),
		);
	}
	return (query) => {
		now = query;
		sort.value = query.sort;
		direction.textContent = query.descending ? '↓ descending' : '↑ ascending';
		for (const head of heads) {
			const sorted = query.descending ? 'descending' : 'ascending';
			head.setAttribute('aria-sort', head.dataset.sort === query.sort ? sorted : 'none');
		}
	};
}
