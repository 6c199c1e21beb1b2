import { byId } from './element.js';

const dark = matchMedia('(prefers-color-scheme: dark)');
const root = document.documentElement;

/** The theme that is shown: the reader's choice, or the system's. */
export const isDark = (): boolean => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);

/** The header's choice of theme; `changed` is called when what is shown may have changed. */
export function themeChoice(changed: () => void): void {
	const choice = byId<HTMLSelectElement>('theme');
	choice.addEventListener('change', () => {
		if (choice.value === 'auto') delete root.dataset.theme;
		else root.dataset.theme = choice.value;
		changed();
	});
	dark.addEventListener('change', changed);
}
