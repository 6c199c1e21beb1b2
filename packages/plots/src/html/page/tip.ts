import type { TooltipHandler } from 'vega';
import type { Example } from '../../responses/examples.js';

/** What is said about a point. */
export interface TipContent {
	title: string;
	rows: readonly (readonly [name: string, value: string])[];
	examples: readonly Example[];
}

export interface Tip {
	/** @param contents of the points that lie there; @param at in the window's pixels */
	show(contents: readonly TipContent[], at: { x: number; y: number }): void;
	hide(): void;
	/** Shows the fields of a mark's `tooltip` channel, for marks without points to snap to. */
	ofVega: TooltipHandler;
}

/** Pixels between the pointer's place and the tip. */
const DISTANCE = 18;

/** The tip beside a point. Everything goes in as text: replies are a model's words, not markup. */
export function createTip(): Tip {
	const tip = document.getElementById('tip')!;
	const show: Tip['show'] = (contents, at) => {
		tip.replaceChildren(...contents.map(sectionOf));
		tip.hidden = false;
		place(tip, at);
	};
	const hide = () => {
		tip.hidden = true;
	};
	let fromVega = false;
	const ofVega: TooltipHandler = (_handler, event, _item, value) => {
		if (value !== null && value !== undefined && value !== '') {
			show([contentOf(value)], { x: (event as MouseEvent).clientX, y: (event as MouseEvent).clientY });
			fromVega = true;
		} else if (fromVega) {
			// Vega says so of every mark without a tooltip, too: what a point has shown stays.
			hide();
			fromVega = false;
		}
	};
	return { show, hide, ofVega };
}

/** A `tooltip` channel gives an object of its fields' titles and texts, or one text. */
export function contentOf(value: unknown): TipContent {
	if (typeof value !== 'object' || value === null) return { title: String(value), rows: [], examples: [] };
	const { title = '', ...fields } = value as Record<string, unknown>;
	return {
		title: String(title),
		rows: Object.entries(fields).map(([name, text]) => [name, String(text)]),
		examples: [],
	};
}

function sectionOf({ title, rows, examples }: TipContent): HTMLElement {
	const section = document.createElement('section');
	section.append(...(title ? [withText('strong', title)] : []), tableOf(rows), ...examples.map(exampleOf));
	return section;
}

function tableOf(rows: TipContent['rows']): HTMLElement {
	const list = document.createElement('dl');
	list.append(...rows.flatMap(([name, value]) => [withText('dt', name), withText('dd', value)]));
	return list;
}

function exampleOf({ prompt, reply, score }: Example): HTMLElement {
	const example = document.createElement('figure');
	const caption = document.createElement('figcaption');
	caption.append(withText('span', prompt, 'prompt'), withText('span', `score ${Number(score)}`, 'score'));
	example.append(caption, withText('blockquote', reply));
	return example;
}

function withText(name: string, text: string, className = ''): HTMLElement {
	const element = document.createElement(name);
	element.textContent = text;
	element.className = className;
	return element;
}

/** To the right of the point where there is room, else to its left; in the window. */
function place(tip: HTMLElement, { x, y }: { x: number; y: number }) {
	const { width, height } = tip.getBoundingClientRect();
	const right = x + DISTANCE + width <= document.documentElement.clientWidth;
	tip.style.left = `${Math.max(8, right ? x + DISTANCE : x - DISTANCE - width)}px`;
	tip.style.top = `${Math.max(8, Math.min(y - height / 3, innerHeight - height - 8))}px`;
}
