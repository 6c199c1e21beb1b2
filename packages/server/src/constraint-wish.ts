import type { z } from 'zod';
import { ApiError } from './api-error.js';
import type { sharedFields } from './request-fields.js';

type Fields = { [K in keyof typeof sharedFields]?: z.output<(typeof sharedFields)[K]> };

/** What a reply may be. */
export type ConstraintWish = { choice: readonly string[] } | { regex: string };

/** vLLM's ways of saying it, new and old, and OpenAI's. Throws 400 when there are two. */
export function constraintWish(fields: Fields): ConstraintWish | undefined {
	const { structured_outputs, guided_choice, guided_regex, regex, response_format } = fields;
	const wishes: ConstraintWish[] = [];
	for (const choice of [structured_outputs?.choice, guided_choice]) if (choice) wishes.push({ choice });
	for (const source of [structured_outputs?.regex, guided_regex, regex]) if (source) wishes.push({ regex: source });
	if (response_format?.type === 'json_schema') wishes.push({ choice: jsonAnswers(response_format.json_schema.schema) });
	if (wishes.length > 1) throw new ApiError(400, 'two constraints on one reply: leave one of them out');
	if (structured_outputs && !structured_outputs.choice && !structured_outputs.regex) {
		throw new ApiError(400, 'structured_outputs needs choice or regex', { param: 'structured_outputs' });
	}
	return wishes[0];
}

interface AnswerSchema {
	type?: string | undefined;
	enum?: readonly unknown[] | undefined;
	const?: unknown;
	[key: string]: unknown;
}

/** Keywords that say nothing about what is valid. */
const ANNOTATIONS = ['type', 'enum', 'const', 'title', 'description', '$schema'];

/** The values of a schema that names them all, as JSON writes them. */
function jsonAnswers(schema: AnswerSchema): string[] {
	const param = 'response_format.json_schema.schema';
	const values =
		schema.enum ?? (schema.const !== undefined ? [schema.const] : schema.type === 'boolean' ? [true, false] : []);
	const other = Object.keys(schema).find((key) => !ANNOTATIONS.includes(key));
	if (values.length === 0 || other) {
		throw new ApiError(400, `${param}: only a list of values (enum, const or boolean) is offered`, { param });
	}
	const wrong = values.find((value) => schema.type && !hasType(value, schema.type));
	if (wrong !== undefined) {
		throw new ApiError(400, `${param}: ${JSON.stringify(wrong)} is no ${schema.type}`, { param });
	}
	return values.map((value) => JSON.stringify(value));
}

function hasType(value: unknown, type: string): boolean {
	return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}
