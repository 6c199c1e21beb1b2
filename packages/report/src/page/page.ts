import { DATA_ELEMENT, REPLIES_ELEMENT, type ReportData, type ReportReplies } from '../report-data.js';
import { decode } from './decode.js';
import { byId } from './element.js';
import { repliesSection } from './replies/replies-section.js';
import { bestSettings } from './sections/best-settings.js';
import { experiments } from './sections/experiments.js';
import { header, sectionLinks } from './sections/header.js';
import { pictures } from './sections/pictures.js';
import { themeChoice } from './theme.js';

async function start(): Promise<void> {
	const replies = read<ReportReplies>(REPLIES_ELEMENT);
	// It is awaited once the rest is shown; a failure until then is not one that nobody handles.
	replies.catch(() => {});
	const data = await read<ReportData>(DATA_ELEMENT);
	bestSettings(data);
	themeChoice(pictures(data));
	experiments(data);
	const loaded = await replies;
	header(data, loaded.rows.text.length);
	byId('replies-message').textContent = '';
	repliesSection(data, loaded);
}

/** The element is emptied: tens of megabytes of base64 are of no more use. */
async function read<T>(id: string): Promise<T> {
	const holder = byId(id);
	const base64 = holder.textContent ?? '';
	holder.textContent = '';
	return (await decode(base64)) as T;
}

sectionLinks();
start().catch((error: unknown) => {
	const failure = byId('failure');
	failure.hidden = false;
	failure.textContent = `This report cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
	throw error;
});
