import { namedSettingsSchema, settingsSchema } from '@steering/core/settings';
import { expect, it } from 'vitest';
import { valueWords } from './settings-values.js';

it('has different words for different values', () => {
	const values = {
		model: ['a', 'b'],
		dataset: settingsSchema.shape.dataset.unwrap().options,
		behavior: [null, ...settingsSchema.shape.behavior.unwrap().unwrap().options],
		layer: [null, 0, 1, 2, 'all'],
		temp: [0, 1, 1.5],
		leace: [null, ...settingsSchema.shape.leace.unwrap().unwrap().options],
		toks: [null, ...settingsSchema.shape.toks.unwrap().unwrap().options],
		...{ residual: [false, true], logit: [false, true], scrub: [false, true] },
	};
	for (const [key, each] of Object.entries(values) as [keyof typeof values, unknown[]][]) {
		for (const residual of [false, true]) {
			const words = each.map((value) => valueWords(key, namedSettingsSchema.parse({ residual, [key]: value })));
			expect(new Set(words).size, words.join()).toBe(each.length);
		}
	}
});
