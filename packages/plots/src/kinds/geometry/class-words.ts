import type { NamedSettings } from '@steering/core/settings';
import type { LineStyle, Theme } from '../../drawing/theme.js';
import type { ClassName } from './layer-geometry.js';

export const CLASSES: readonly ClassName[] = ['positive', 'negative'];

const WORDS: Record<NamedSettings['dataset'], [positive: string, negative: string]> = {
	prompts: ['harmful prompts', 'harmless prompts'],
	caa: ['refusing answers', 'complying answers'],
	opencon: ['refusing openings', 'complying openings'],
	abcon: ['refusing choices', 'complying choices'],
	ab: ['answers for the behavior', 'answers against it'],
	openr: ['answers for the behavior', 'answers against it'],
	open: ['answers for the behavior', 'answers against it'],
};

export function classWords({ dataset }: NamedSettings): Record<ClassName, string> {
	const [positive, negative] = WORDS[dataset];
	return { positive, negative };
}

export function classStyle(name: ClassName, { lines }: Theme): LineStyle {
	return name === 'positive' ? lines.harmful : lines.harmless;
}

/** "Layer 3"; in the residual list 2l is layer l's attention and 2l+1 its MLP (SPEC 1.2). */
export function layerName(layer: number, { residual }: NamedSettings): string {
	if (!residual) return `Layer ${layer}`;
	return `${layer % 2 === 0 ? 'Attention' : 'MLP'} ${Math.floor(layer / 2)}`;
}
