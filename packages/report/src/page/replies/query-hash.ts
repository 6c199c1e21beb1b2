import { CHANGES, EVERYTHING, type Query, SORT_KEYS } from './query.js';

/** `#experiment=…&mult=2&sort=score&order=desc`: only what differs from showing everything. */
export function toHash(query: Query): string {
	const params = new URLSearchParams();
	const set = (name: string, value: string | number | null) => {
		if (value !== null) params.set(name, String(value));
	};
	if (query.search) set('search', query.search);
	set('experiment', query.experiment);
	set('mult', query.mult);
	set('label', query.label);
	if (query.scores.length > 0) set('scores', query.scores.map((s) => (Number.isNaN(s) ? 'none' : s)).join(','));
	set('min', query.min);
	set('max', query.max);
	set('change', query.change);
	if (query.sort !== EVERYTHING.sort) set('sort', query.sort);
	if (query.descending) set('order', 'desc');
	return `#${params}`;
}

/** An address may be edited by hand or come from another report: what cannot be read is as if it were not there. */
export function fromHash(hash: string): Query {
	const params = new URLSearchParams(hash.replace(/^#/, ''));
	const scores = params.get('scores')?.split(',') ?? [];
	return {
		search: params.get('search') ?? '',
		experiment: params.get('experiment'),
		mult: number(params.get('mult')),
		label: params.get('label'),
		scores: scores.flatMap((text) => (text === 'none' ? [Number.NaN] : (number(text) ?? []))),
		min: number(params.get('min')),
		max: number(params.get('max')),
		change: oneOf(CHANGES, params.get('change')),
		sort: oneOf(SORT_KEYS, params.get('sort')) ?? EVERYTHING.sort,
		descending: params.get('order') === 'desc',
	};
}

function number(text: string | null): number | null {
	const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
	return Number.isFinite(value) ? value : null;
}

const oneOf = <T extends string>(allowed: readonly T[], text: string | null): T | null =>
	allowed.find((value) => value === text) ?? null;
