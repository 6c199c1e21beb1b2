import { element } from '../element.js';
import { EVERYTHING } from '../replies/query.js';
import { toHash } from '../replies/query-hash.js';
import { goTo } from './header.js';

/** Shows the replies of one experiment at one multiplier. */
export function repliesLink(experiment: string, mult: number): HTMLAnchorElement {
	const href = toHash({ ...EVERYTHING, experiment, mult });
	const link = element('a', { href, 'aria-label': `Replies at multiplier ${mult}` }, 'replies');
	link.addEventListener('click', () => goTo('replies'));
	return link;
}
