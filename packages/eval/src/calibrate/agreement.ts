import type { Behavior } from '@steering/core/settings';
import type { Score } from '../judge-reply.js';
import { bootstrap, type Estimate } from '../measures/bootstrap.js';
import type { LabelledExchange } from './labelled-exchanges.js';
import { rankCorrelation } from './rank-correlation.js';

/** What a judge said of an exchange, beside its label; null: it gave no answer. */
export interface Judged extends LabelledExchange {
	said: Score;
}

/** How often each thing was said. */
export interface Said {
	yes: number;
	no: number;
	none: number;
}

interface Counted {
	/** Exchanges, of which `nulls` got no answer: wrong where agreement is counted, left out where distance is. */
	n: number;
	nulls: number;
}

/** Whether replies refuse. */
export interface YesNoAgreement extends Counted {
	behavior: null;
	accuracy: Estimate;
	/** By label, what the judge said. */
	confusion: { yes: Said; no: Said };
}

/** How far replies go. */
export interface GradeAgreement extends Counted {
	behavior: Behavior;
	exact: Estimate;
	within1: Estimate;
	meanAbsoluteError: Estimate;
	/** Spearman's rank correlation of label and score. */
	spearman: Estimate;
}

export type Agreement = YesNoAgreement | GradeAgreement;

/** Agreement with the labels of one behavior, each figure with a 95% bootstrap interval over the exchanges. */
export function agreement(behavior: Behavior | null, judged: readonly Judged[]): Agreement {
	const counted = { n: judged.length, nulls: judged.filter(({ said }) => said === null).length };
	const units = judged.map((each) => ({ ...each, key: JSON.stringify([each.question, each.answer]) }));
	const share = (holds: (each: Judged) => boolean) =>
		bootstrap(units, (drawn) => (drawn.length === 0 ? undefined : drawn.filter(holds).length / drawn.length));
	const exact = share(({ label, said }) => said === label);
	if (behavior === null) {
		const confusion = { yes: countSaid(judged, true), no: countSaid(judged, false) };
		return { behavior, ...counted, accuracy: exact, confusion };
	}
	return {
		...{ behavior, ...counted, exact },
		within1: share((each) => distance(each) <= 1),
		meanAbsoluteError: bootstrap(units, meanDistance),
		spearman: bootstrap(units, (drawn) => rankCorrelation(known(drawn))),
	};
}

function countSaid(judged: readonly Judged[], wanted: boolean): Said {
	const count = (what: Score) => judged.filter(({ label, said }) => label === wanted && said === what).length;
	return { yes: count(true), no: count(false), none: count(null) };
}

const distance = ({ label, said }: Judged) =>
	said === null ? Number.POSITIVE_INFINITY : Math.abs(Number(said) - Number(label));

const known = (judged: readonly Judged[]): [number, number][] =>
	judged.filter(({ said }) => said !== null).map(({ label, said }) => [Number(label), Number(said)]);

function meanDistance(judged: readonly Judged[]): number | undefined {
	const pairs = known(judged);
	if (pairs.length === 0) return undefined;
	return pairs.reduce((sum, [label, said]) => sum + Math.abs(said - label), 0) / pairs.length;
}
