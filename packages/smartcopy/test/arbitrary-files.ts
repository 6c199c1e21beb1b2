import { pythonJson } from '@steering/core/artifacts';
import fc from 'fast-check';

/** A response file with its manifest and what is kept aside of it, as texts. */
export interface Side {
	file?: string | undefined;
	manifest?: string | undefined;
	aside?: string | undefined;
}

const score = fc.option(fc.boolean());
/** Few texts and prompts, so that sides often agree, contradict each other, and overlap. */
const itemOf = (prompt: fc.Arbitrary<string>) =>
	fc.array(fc.constantFrom('', 'yes', 'no', 'never again'), { maxLength: 3 }).chain((responses) =>
		fc.record(
			{
				label: fc.constantFrom('harmful', 'harmless'),
				prompt,
				responses: fc.constant(responses),
				scores: fc.array(score, { minLength: responses.length, maxLength: responses.length }),
				num_scores: fc.array(fc.nat(2), { minLength: responses.length, maxLength: responses.length }),
				expected_scores: fc.array(fc.constantFrom(null, 0.25, 0.5), {
					...{ minLength: responses.length, maxLength: responses.length },
				}),
				note: fc.constantFrom('a', 'b'),
			},
			{ requiredKeys: ['prompt', 'responses'] },
		),
	);
const manifest = fc.record(
	{
		schema: fc.constant(1),
		command: fc.constantFrom('steer', 'steer', 'eval'),
		settings: fc.constant({ model: 'organism' }),
		versions: fc.record({ node: fc.constantFrom('20.1.0', '22.3.0') }),
		seed: fc.constantFrom(0, 0, 1),
		judge: fc.constantFrom({ kind: 'local', name: 'a' }, { kind: 'server', name: 'b' }),
	},
	{ requiredKeys: ['schema', 'command', 'settings', 'versions'] },
);
export const side: fc.Arbitrary<Side> = fc
	.record(
		{ items: fc.array(itemOf(fc.constantFrom('p', 'q', 'r')), { maxLength: 4 }), manifest },
		{ requiredKeys: ['items'] },
	)
	.map(({ items, manifest }) => ({ file: pythonJson(items), manifest: manifest && pythonJson(manifest) }));
