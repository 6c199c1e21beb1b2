import type { ReportData } from '../../report-data.js';
import { byId, element } from '../element.js';
import { counted } from '../numbers.js';

export function header(data: ReportData, replies: number): void {
	document.title = data.title;
	byId('title').textContent = data.title;
	const settings = data.experiments.reduce((sum, experiment) => sum + experiment.mults.length, 0);
	byId('counts').textContent = [
		counted(data.experiments.length, 'experiment'),
		counted(settings, 'multiplier'),
		counted(replies, 'reply', 'replies'),
	].join(' · ');
	const versions = Object.entries(data.versions);
	byId('versions').append(
		...versions.map(([name, version]) => element('span', {}, element('b', {}, name), ` ${version}`)),
	);
}

/** The address holds the table's filters, so links within the page scroll without touching it. */
export function sectionLinks(): void {
	for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a')) {
		link.addEventListener('click', (event) => {
			event.preventDefault();
			goTo(link.hash.slice(1));
		});
	}
}

export function goTo(id: string): void {
	const heading = byId(id);
	heading.scrollIntoView();
	heading.focus({ preventScroll: true });
}
