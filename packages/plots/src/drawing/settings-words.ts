import { modelLabel, type NamedSettings } from '@steering/core/settings';

export const BEHAVIOR_WORDS: Record<string, string> = {
	'coordinate-other-ais': 'coordination with other AIs',
	'corrigible-neutral-HHH': 'corrigibility',
	'myopic-reward': 'myopia for reward',
	'survival-instinct': 'survival instinct',
};

const DATASET_WORDS: Record<NamedSettings['dataset'], string> = {
	prompts: 'harmful and harmless prompts',
	caa: 'refusing and complying answers',
	opencon: 'fixed openings that refuse and comply',
	abcon: 'A/B choices between refusing and complying',
	ab: 'A/B answers for and against the behavior',
	openr: 'open answers for and against the behavior, last character dropped',
	open: 'open answers for and against the behavior',
};

/** What is steered, in which model: "Steering refusal in organism". */
export function titleOf({ behavior, model }: NamedSettings): string {
	return `Steering ${behaviorWord(behavior)} in ${modelLabel(model)}`;
}

/** Without a behavior: refusal of harmful requests. */
export function behaviorWord(behavior: NamedSettings['behavior']): string {
	const what = behavior ?? 'refusal';
	return BEHAVIOR_WORDS[what] ?? what;
}

/** The examples that vectors are made from: "A/B answers for and against sycophancy". */
export function examplesOf({ dataset, behavior }: NamedSettings): string {
	const words = DATASET_WORDS[dataset];
	return behavior ? words.replace('the behavior', behaviorWord(behavior)) : words;
}

/** How it is steered, a phrase for each choice that the settings make. */
export function methodOf(settings: NamedSettings): string[] {
	const { toks, temp } = settings;
	return [
		`${means(settings)} ${DATASET_WORDS[settings.dataset]}`,
		...place(settings),
		...(toks === 'before' ? ['prompt tokens only, the last one excepted'] : []),
		...(toks === 'after' ? ['from the last prompt token on'] : []),
		`temperature ${temp}`,
	];
}

function means({ leace, logit, scrub }: NamedSettings): string {
	const vector = logit ? 'Log-odds vector of' : 'Mean difference of';
	if (scrub) return `${leace === 'orth' ? 'Orthogonal' : 'LEACE'} scrubbing and mean difference of`;
	switch (leace) {
		case 'leace':
			return `LEACE erasure, then ${lowerFirst(vector)}`;
		case 'orth':
			return `Orthogonal erasure, then ${lowerFirst(vector)}`;
		case 'quad':
			return 'Quadratic transport fitted to';
		case 'quadlda':
			return 'Quadratic transport by LDA class, fitted to';
		default:
			return vector;
	}
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** In the residual list, 2l is layer l's attention and 2l+1 its MLP (SPEC 1.2). Names may leave the layer out. */
function place({ layer, residual, scrub }: NamedSettings): string[] {
	if (scrub || (residual && layer === 'all')) return ['at every attention and MLP output'];
	if (layer === 'all') return ['after every layer'];
	if (layer === null) return [];
	if (!residual) return [`after layer ${layer}`];
	return [`at the ${layer % 2 === 0 ? 'attention' : 'MLP'} output of layer ${Math.floor(layer / 2)}`];
}
