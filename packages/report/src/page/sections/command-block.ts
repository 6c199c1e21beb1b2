import { element } from '../element.js';

/** Commands and a button that copies them, or selects them where the browser refuses the clipboard (files often). */
export function commandBlock(commands: readonly string[]): HTMLElement {
	if (commands.length === 0) return element('p', { class: 'empty' }, 'No commands are known.');
	const code = element('code', {}, commands.join('\n'));
	const button = element('button', { type: 'button' }, 'Copy');
	const said = element('span', { role: 'status' });
	button.addEventListener('click', async () => {
		const copied = await copy(commands.join('\n'));
		if (!copied) getSelection()?.selectAllChildren(code);
		said.textContent = copied ? 'Copied.' : 'Selected: press Ctrl+C or ⌘C.';
	});
	const block = element('pre', { class: 'scroll-x', tabindex: 0, 'aria-label': 'Commands' }, code);
	return element('div', { class: 'commands' }, block, element('div', { class: 'copy' }, button, said));
}

async function copy(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false;
	}
}
