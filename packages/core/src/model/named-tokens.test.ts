import { describe, expect, it } from 'vitest';
import { namedTokens } from './named-tokens.js';

describe('namedTokens', () => {
	it('takes tokens as texts and with their options, and leaves out those that are not set', () => {
		const config = {
			bos_token: '<s>',
			eos_token: { __type: 'AddedToken', content: '</s>', lstrip: false },
			unk_token: { content: '<unk>' },
			pad_token: null,
			mask_token: '',
			image_token: '<image>',
		};
		expect(namedTokens(config)).toEqual({ bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' });
	});

	it('refuses a token without a text', () => {
		expect(() => namedTokens({ sep_token: { id: 3 } })).toThrow('sep_token is no token: {"id":3}');
	});
});
