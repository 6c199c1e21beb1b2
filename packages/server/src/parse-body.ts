import type { ZodType } from 'zod';
import { ApiError } from './api-error.js';

/** A body as its schema wants it. Throws 400 naming the field. */
export function parseBody<T>(schema: ZodType<T>, text: string): T {
	const result = schema.safeParse(parseJson(text));
	if (result.success) return result.data;
	const issue = result.error.issues[0]!;
	const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
	const param = [...issue.path, ...keys.slice(0, 1)].join('.');
	const message =
		keys.length > 0 ? `${param} is not offered: leave it out` : `${param || 'the body'}: ${issue.message}`;
	throw new ApiError(400, message, param ? { param } : {});
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new ApiError(400, 'the body is not JSON', { cause });
	}
}
