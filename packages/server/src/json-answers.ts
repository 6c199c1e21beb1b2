import { z } from 'zod';
import { ApiError } from './api-error.js';
import { MAX_ANSWER_LENGTH, MAX_ANSWERS } from './limits.js';

/** Objects in objects; each level multiplies the answers. */
const MAX_DEPTH = 8;
const PARAM = 'response_format.json_schema.schema';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const annotations = {
	title: z.string().optional(),
	description: z.string().optional(),
	$schema: z.string().optional(),
};
const type = z.enum(['string', 'number', 'integer', 'boolean', 'null']).optional();
const listed = z.strictObject({ ...annotations, type, enum: z.array(scalar).min(1).max(MAX_ANSWERS) });
const single = z.strictObject({ ...annotations, type, const: scalar });
const boolean = z.strictObject({ ...annotations, type: z.literal('boolean') });
const object = z.strictObject({
	...annotations,
	type: z.literal('object'),
	properties: z.record(z.string(), z.unknown()),
	required: z.array(z.string()),
	additionalProperties: z.literal(false),
});

/**
 * All values of a JSON schema that lists them (enum, const, boolean, objects of these), as JSON writes them. Throws 400 for other
 * schemas.
 */
export function jsonAnswers(schema: unknown): string[] {
	const answers = valuesOf(schema, 0).map((value) => JSON.stringify(value));
	const long = answers.find(({ length }) => length > MAX_ANSWER_LENGTH);
	if (long !== undefined) throw refuse(`a value has more than ${MAX_ANSWER_LENGTH} characters`);
	return answers;
}

function valuesOf(schema: unknown, depth: number): unknown[] {
	if (depth > MAX_DEPTH) throw refuse(`its objects are nested more than ${MAX_DEPTH} deep`);
	const anObject = object.safeParse(schema);
	if (anObject.success) return objectsOf(anObject.data, depth);
	if (boolean.safeParse(schema).success) return [true, false];
	const aList = listed.safeParse(schema);
	const aSingle = single.safeParse(schema);
	const found = aList.success
		? aList.data
		: aSingle.success
			? { ...aSingle.data, enum: [aSingle.data.const] }
			: undefined;
	if (!found)
		throw refuse('only lists of values are offered: enum, const, boolean, and objects that require each of theirs');
	const wrong = found.enum.find((value) => found.type && !hasType(value, found.type));
	if (wrong !== undefined) throw refuse(`${JSON.stringify(wrong)} is no ${found.type}`);
	return found.enum;
}

/** Properties in the order of the schema, as OpenAI writes them. */
function objectsOf({ properties, required }: z.output<typeof object>, depth: number): unknown[] {
	const names = Object.keys(properties);
	const missing = names.find((name) => !required.includes(name)) ?? required.find((name) => !names.includes(name));
	if (missing !== undefined) throw refuse(`${missing} must be both a property and required`);
	let objects: Record<string, unknown>[] = [{}];
	for (const name of names) {
		const values = valuesOf(properties[name], depth + 1);
		if (objects.length * values.length > MAX_ANSWERS) throw refuse(`it has more than ${MAX_ANSWERS} values`);
		objects = objects.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
	}
	return objects;
}

function hasType(value: unknown, wanted: string): boolean {
	if (wanted === 'integer') return Number.isInteger(value);
	return wanted === 'null' ? value === null : typeof value === wanted;
}

function refuse(why: string): ApiError {
	return new ApiError(400, `${PARAM}: ${why}`, { param: PARAM });
}
