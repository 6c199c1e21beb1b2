import { pythonJson } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { type ZodType, z } from 'zod';
import { canonical, compare } from './canonical.js';

/** What a file says, piece by piece, and what is kept aside of it. To merge is to unite such sets and drop what is dominated. */
export type Facts<F> = Map<string, F>;

export function factSet<F>(facts: Iterable<F>): Facts<F> {
	return new Map([...facts].map((fact) => [canonical(fact), fact]));
}

export function without<F>(facts: Facts<F>, others: Facts<F>): Facts<F> {
	return new Map([...facts].filter(([key]) => !others.has(key)));
}

/** The bytes of a file of `conflicts/`; undefined when nothing is kept aside. */
export function asideText<F>(facts: Facts<F>): string | undefined {
	if (facts.size === 0) return undefined;
	const sorted = [...facts].sort(([a], [b]) => compare(a, b)).map(([, fact]) => fact);
	return pythonJson({ schema: 1, kept: sorted });
}

export function readAside<F>(path: string, text: string, schema: ZodType<F>): Facts<F> {
	return factSet(parsed(path, text, z.strictObject({ schema: z.literal(1), kept: z.array(schema) })).kept);
}

/** Throws ERR_BAD_FILE naming the file and its first problem. */
export function parsed<S extends ZodType>(path: string, text: string, schema: S): z.output<S> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new SteeringError('ERR_BAD_FILE', `${path} is not JSON (${(cause as Error).message})`, { cause });
	}
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	const where = issue?.path.length ? `at ${issue.path.join('.')}: ` : '';
	throw new SteeringError('ERR_BAD_FILE', `${path}: ${where}${issue?.message ?? 'not valid'}`, { cause: result.error });
}
