import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shared, tinyModel } from '../../test/shared-fixtures.js';
import { ChatTokenizer } from './chat-tokenizer.js';
import { resolveModel } from './source.js';

const places = ['organism', tinyModel('onnx-genai'), join(shared, 'models/smollm2-135m-int4')].filter(
	(place) => place === 'organism' || existsSync(place),
);

describe.each(places)('the bytes of the tokens of %s', (place) => {
	const tokenizer = resolveModel(place).then((files) => ChatTokenizer.load(files));

	it('write any text that the tokenizer can', async () => {
		const loaded = await tokenizer;
		const texts = loaded.tokenTexts();
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
				const ids = loaded.encode(text);
				// Some vocabularies lack bytes that no text of their training had.
				fc.pre(loaded.decode(ids) === text);
				const bytes = ids.flatMap((id) => [...texts[id]!.bytes]);
				expect(Buffer.from(bytes).toString()).toBe(text);
			}),
		);
	});

	it('know the stop tokens as special', async () => {
		const { stopIds, ...rest } = await tokenizer.then((each) => ({ stopIds: each.stopIds, texts: each.tokenTexts() }));
		for (const id of stopIds) expect(rest.texts[id]).toMatchObject({ special: true });
		expect(rest.texts.some((text) => text?.special === false)).toBe(true);
	});

	it('a text that stands alone begins with BOS once, if the tokenizer puts one', async () => {
		const { encode, encodeText } = await tokenizer.then((each) => ({
			encode: (text: string) => each.encode(text),
			encodeText: (text: string) => each.encodeText(text),
		}));
		const ids = encodeText('one two');
		expect(ids.slice(-encode('one two').length)).toEqual(encode('one two'));
		expect(ids.length - encode('one two').length).toBeLessThanOrEqual(1);
	});
});
