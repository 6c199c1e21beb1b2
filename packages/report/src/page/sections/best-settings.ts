import type { ReportData } from '../../report-data.js';
import { byId, element, table } from '../element.js';
import { figure, signed } from '../numbers.js';
import { repliesLink } from './replies-link.js';

const SCALE = { yes: ' of 1', ten: ' of 10', none: '' } as const;

export function bestSettings({ best, experiments }: ReportData): void {
	const rows = best.map(({ behavior, experiment, mult, effect, tradeoff }) => {
		const { name, title, method, scale } = experiments[experiment]!;
		return [
			element('b', {}, behavior),
			element('div', {}, title, element('small', {}, method.join(' · '))),
			figure(mult),
			element('span', { class: effect < 0 ? 'down' : 'up' }, signed(effect), element('small', {}, SCALE[scale])),
			element('ul', {}, ...tradeoff.map((phrase) => element('li', {}, phrase))),
			repliesLink(name, mult),
		];
	});
	const head = ['Behavior', 'Setting', 'Multiplier', 'Effect', 'Trade-off', 'Replies'];
	byId('best-content').append(
		rows.length === 0
			? element('p', { class: 'empty' }, 'No setting has both scores and an unsteered multiplier to compare with.')
			: table('Best settings', head, rows, (column) => column === 2 || column === 3, true),
	);
}
