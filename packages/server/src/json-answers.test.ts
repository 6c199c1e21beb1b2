import { expect, it } from 'vitest';
import { jsonAnswers } from './json-answers.js';

const closed = (properties: object) => ({
	type: 'object',
	properties,
	required: Object.keys(properties),
	additionalProperties: false,
});

it.each([
	[{ type: 'string', enum: ['yes', 'no'] }, ['"yes"', '"no"']],
	[{ enum: [1, 2.5, null, true] }, ['1', '2.5', 'null', 'true']],
	[{ const: 'a "b"', title: 'it' }, ['"a \\"b\\""']],
	[{ type: 'boolean' }, ['true', 'false']],
	[closed({ answer: { type: 'string', enum: ['yes', 'no'] } }), ['{"answer":"yes"}', '{"answer":"no"}']],
	[closed({ a: { enum: [1, 2] }, b: closed({ c: { const: 3 } }) }), ['{"a":1,"b":{"c":3}}', '{"a":2,"b":{"c":3}}']],
])('%j', (schema, answers) => {
	expect(jsonAnswers(schema)).toEqual(answers);
});

const digits = { enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] };
const nest = (depth: number): object => closed({ a: depth === 0 ? digits : nest(depth - 1) });

it.each([
	[{ type: 'string' }, 'only lists'],
	[{}, 'only lists'],
	[{ type: 'string', enum: ['a'], pattern: 'b' }, 'only lists'],
	[{ type: 'integer', enum: [1, 1.5] }, '1.5 is no integer'],
	[{ ...closed({ a: digits }), required: [] }, 'a must be'],
	[{ ...closed({ a: digits }), additionalProperties: true }, 'only lists'],
	[closed({ a: digits, b: digits, c: digits, d: digits }), 'more than 1024'],
	[nest(20), 'nested'],
	[{ const: 'x'.repeat(2000) }, 'characters'],
])('%j is refused', (schema, why) => {
	expect(() => jsonAnswers(schema)).toThrow(
		expect.objectContaining({ status: 400, message: expect.stringContaining(why) }),
	);
});
