import { createHash } from 'node:crypto';

/** The file by the name it has in the folder of data sets, and what was taken from it. */
export function dataOf(file: string, items: readonly unknown[]): Record<string, unknown> {
	return { file, items: items.length, sha256: hashOf(items) };
}

export function hashOf(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
