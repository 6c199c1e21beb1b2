import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeResponses } from '@steering/core/artifacts';
import { parseSettings, responsePath, type SettingsInput } from '@steering/core/settings';

export const YES_NO: SettingsInput = { model: 'toy', layer: 2 };
export const GRADED: SettingsInput = { ...YES_NO, dataset: 'ab', behavior: 'refusal' };

/** Replies as steer leaves them, in a folder of their own; every one different. */
export async function replyFolder(input: SettingsInput, { prompts = 4, repeats = 3 } = {}) {
	const root = mkdtempSync(join(tmpdir(), 'judged-'));
	const settings = parseSettings(input);
	const path = responsePath(settings, 1);
	const file = join(root, path);
	await writeResponses(
		file,
		Array.from({ length: prompts }, (_, p) => ({
			...(settings.behavior === null ? { label: p % 2 ? ('harmful' as const) : ('harmless' as const) } : {}),
			prompt: `Prompt ${p}?`,
			responses: Array.from({ length: repeats }, (_, r) => `Reply ${r} to ${p}.`),
		})),
	);
	return { root, file, path, settings, remove: () => rmSync(root, { recursive: true }) };
}

/** Of the scores and of who made them. */
export function scoreBytes(file: string): string[] {
	return [file, `${file}.manifest.json`].map((path) => readFileSync(path, 'utf8'));
}
