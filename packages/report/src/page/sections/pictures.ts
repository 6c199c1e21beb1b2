import type { ReportData, ReportPicture } from '../../report-data.js';
import { byId, element, firstOf, foldable, table } from '../element.js';
import { figure } from '../numbers.js';
import { isDark } from '../theme.js';

const SHOWN_AT_FIRST = 8;
/** Start before a picture comes into view. */
const AHEAD = '600px';

/** Returns what redraws them in the theme that is shown. */
export function pictures({ pictures, experiments, pictureStyle = '' }: ReportData): () => void {
	const drawn = new Map<HTMLImageElement, ReportPicture>();
	const draw = (image: HTMLImageElement) => {
		const { light, dark } = drawn.get(image)!;
		// A document of its own, which the page's fonts do not reach.
		const svg = (isDark() ? dark : light).replace('>', () => `><style>${pictureStyle}</style>`);
		image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
	};
	const observer = new IntersectionObserver(
		(entries) => {
			for (const { isIntersecting, target } of entries) {
				if (!isIntersecting) continue;
				observer.unobserve(target);
				draw(target as HTMLImageElement);
			}
		},
		{ rootMargin: AHEAD },
	);
	const make = (picture: ReportPicture) => {
		// An image runs no script, loads nothing and keeps its ids to itself, unlike SVG within the page.
		const image = element('img', { alt: `${picture.title}; its figures are below` });
		drawn.set(image, picture);
		observer.observe(image);
		const about = picture.experiment === undefined ? undefined : experiments[picture.experiment];
		return element(
			'figure',
			{},
			element('figcaption', {}, picture.title, about ? element('small', {}, about.name) : null),
			element('div', { class: 'scroll-x', tabindex: 0, role: 'region', 'aria-label': picture.title }, image),
			foldable(['Figures'], () => [figuresTable(picture)]),
		);
	};
	byId('pictures-content').append(
		pictures.length === 0
			? element('p', { class: 'empty' }, 'No pictures: nothing here is scored.')
			: firstOf(pictures, SHOWN_AT_FIRST, make, 'pictures'),
	);
	return () => {
		for (const image of drawn.keys()) if (image.hasAttribute('src')) draw(image);
	};
}

function figuresTable({ title, table: rows }: ReportPicture) {
	const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const isNumber = columns.map((column) => rows.every((row) => typeof (row[column] ?? 0) === 'number'));
	const show = (value: string | number | undefined) =>
		value === undefined ? '–' : typeof value === 'number' ? figure(value) : value;
	const cells = rows.map((row) => columns.map((column) => show(row[column])));
	return table(`Figures: ${title}`, columns, cells, (column) => isNumber[column]!);
}
