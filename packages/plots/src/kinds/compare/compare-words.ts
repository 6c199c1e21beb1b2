import { modelLabel, type NamedSettings, pythonFloat } from '@steering/core/settings';
import { valueWords } from '../../drawing/settings-values.js';
import { titleOf } from '../../drawing/settings-words.js';
import { type ChosenKeys, countOf, differingKeys } from './chosen-keys.js';

/** "Steering refusal in organism", or how many of what differs. */
export function compareTitle(all: readonly NamedSettings[]): string {
	const [models, behaviors] = [countOf(all, ['model']), countOf(all, ['behavior'])];
	const where = modelLabel(all[0]!.model);
	const what = titleOf(all[0]!).slice(0, -` in ${where}`.length);
	return `${behaviors > 1 ? `Steering ${behaviors} behaviors` : what} in ${models > 1 ? `${models} models` : where}`;
}

/** What all settings have in common, but for what the title says and what is the usual. */
export function commonWords(all: readonly NamedSettings[]): string[] {
	const settings = all[0]!;
	const differing = differingKeys(all);
	const shown = (['dataset', 'logit', 'layer', 'residual', 'scrub', 'leace', 'toks', 'temp'] as const).filter(
		(key) => !differing.includes(key) && (key === 'logit' || (settings[key] !== null && settings[key] !== false)),
	);
	const words = shown.map((key) => `${key === 'dataset' ? 'vectors of ' : ''}${valueWords(key, settings)}`);
	return words.map((text, index) => (index === 0 ? text.charAt(0).toUpperCase() + text.slice(1) : text));
}

/** A file's name: what is compared, and the parts of response files' names (SPEC 1.11) that all settings share. */
export function compareName(all: readonly NamedSettings[], { facet, lines }: ChosenKeys): string {
	const s = all[0]!;
	const parts: [keyof NamedSettings, string | null][] = [
		['model', `M${modelLabel(s.model)}`],
		['dataset', `D${s.dataset}`],
		['behavior', s.behavior && `B${s.behavior}`],
		['residual', s.residual ? 'Rres' : null],
		['logit', s.logit ? 'Glog' : null],
		['layer', s.layer === null ? null : `L${s.layer}`],
		['scrub', s.scrub ? 'Sscrub' : null],
		['temp', `T${pythonFloat(s.temp)}`],
		['leace', s.leace && `C${s.leace}`],
		['toks', s.toks && `K${s.toks}`],
	];
	const differing = differingKeys(all);
	const common = parts.filter(([key, part]) => part && !differing.includes(key)).map(([, part]) => part);
	const by = [...(lines.length > 0 ? ['color', ...lines] : []), ...(facet ? ['facet', facet] : [])];
	return ['plot', ...common, 'compare', ...by].join('_');
}
