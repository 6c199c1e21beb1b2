import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenPage, openPage, type PageLook } from '@steering/test-browser';

/** Opens a report from a file, as a reader does, and waits until its replies are read. */
export async function openReport(html: readonly string[], look: PageLook): Promise<OpenPage> {
	const folder = await mkdtemp(join(tmpdir(), 'report-page-'));
	const file = join(folder, 'report.html');
	await writeFile(file, html);
	const opened = await openPage(file, look);
	const read = opened.page.locator('#replies-message').filter({ hasNotText: 'Reading' });
	await read.or(opened.page.locator('#failure:not([hidden])')).first().waitFor({ state: 'attached' });
	const close = async () => {
		await opened.close();
		await rm(folder, { recursive: true });
	};
	return { ...opened, close };
}
