import type { HookedModel } from '@steering/core/model';
import { uniformFor } from '@steering/core/seed';
import type { DecodeRequest } from './requests.js';

const QUESTIONS = [
	'Give three tips for staying healthy.',
	'How do I sell the cheese this evening?',
	'What should I do to cheer up the blacksmith?',
];
const WORDS = 'the cat sat on a mat and then it went to the park with some other dogs while people were reading'.split(
	' ',
);

/** Prompts of the steered samples, as the model's chat template has them. */
export function chatPrompts({ tokenizer }: HookedModel, count: number): number[][] {
	return QUESTIONS.slice(0, count).map((content) => tokenizer.encodeChat([{ role: 'user', content }]));
}

/** Different prompts of exactly `tokens` tokens. */
export function prompts({ tokenizer }: HookedModel, count: number, tokens: number): number[][] {
	return Array.from({ length: count }, (_, i) => {
		const uniform = uniformFor('bench prompt', i);
		const words = Array.from({ length: 2 * tokens }, () => WORDS[Math.floor(uniform() * WORDS.length)]!);
		return tokenizer.encode(words.join(' ')).slice(-tokens);
	});
}

/** Which layers are steered: one in the middle, as many as a number says, evenly spaced, or none. */
export type Steered = 'middle' | 'all' | 'none' | number;

export function steering({ info }: HookedModel, steered: Steered): Pick<DecodeRequest, 'vector' | 'layers'> {
	const count = steered === 'all' ? info.layers : steered === 'none' ? 0 : steered === 'middle' ? 1 : steered;
	if (count === 0) return { vector: null, layers: [] };
	const step = info.layers / count;
	const layers = Array.from({ length: count }, (_, i) => Math.floor((i + 0.5) * step));
	return { vector: randomVector(info.width), layers };
}

/** As the reference's own bench has it: normal, of deviation 0.1. */
export function randomVector(width: number): number[] {
	const uniform = uniformFor('bench vector');
	const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
	return Array.from({ length: width }, () => normal() * 0.1);
}
