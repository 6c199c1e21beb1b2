import { createHash } from 'node:crypto';

/** JSON with sorted keys: equal values have equal texts. */
export function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map((each) => canonical(each)).join()}]`;
	if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
	const entries = Object.entries(value).filter(([, each]) => each !== undefined);
	entries.sort(([a], [b]) => compare(a, b));
	return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}

export function sha256(data: string | Uint8Array): string {
	return createHash('sha256').update(data).digest('hex');
}

/** By code units, not by the machine's language. */
export function compare<T extends string | number>(a: T, b: T): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** The first by `order`; equal ones are the same. */
export function best<T>(values: Iterable<T>, order: (a: T, b: T) => number): T | undefined {
	let found: T | undefined;
	for (const value of values) if (found === undefined || order(value, found) < 0) found = value;
	return found;
}

export function group<T>(values: Iterable<T>, key: (value: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const value of values) {
		const own = groups.get(key(value));
		if (own) own.push(value);
		else groups.set(key(value), [value]);
	}
	return groups;
}
