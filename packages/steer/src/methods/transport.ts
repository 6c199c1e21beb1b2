import { fitQuadratic, fitQuadraticLda, QUADRATIC_CLASSES, type TransportMap } from '@steering/core/erasure';
import type { Gate, Intervention } from '@steering/core/interventions';
import { type ListedLayer, layerList } from '@steering/core/model';
import { Identity } from '../identity.js';
import { fitTo, type Sides, withActivations } from './artifacts.js';
import type { MethodInput, SteeringMethod } from './method.js';

/**
 * Moves activations from one class to another, by the sign of the multiplier alone; no vector is added (SPEC 1.6). `quad` takes
 * all tokens from the union of both classes, at multiplier 0 to itself. `quadlda` takes each token from the class that a linear
 * discriminant finds it in, and does nothing at 0.
 */
export async function transport(input: MethodInput, method: 'quad' | 'quadlda'): Promise<SteeringMethod> {
	const editors: Editor[] = [];
	const identity = new Identity().add(method);
	for (const layer of layerList(input.settings, input.model.info.layers)) {
		const move = await withActivations(input, layer, (sides) => {
			for (const { chunks } of [sides.positives, sides.negatives]) for (const chunk of chunks()) identity.add(chunk);
			return fitTo(input, () => MOVES[method](sides));
		});
		editors.push({ layer, move });
	}
	// Rows of one batch share the very same maps; those of the other sign are made when they are needed, for they are large.
	let made: { sign: number; steps: Intervention[] } | undefined;
	return {
		identity: identity.digest(),
		mapsAt: Math.sign,
		interventionsAt: async (mult) => {
			const sign = Math.sign(mult);
			if (made?.sign !== sign) made = { sign, steps: editors.flatMap((editor) => interventions(editor, sign, input)) };
			return made.steps;
		},
	};
}

const MOVES = {
	quad({ positives, negatives }: Sides): Move {
		const editor = fitQuadratic(positives, negatives);
		const { negative, positive, union } = QUADRATIC_CLASSES;
		const target = (mult: number) => (mult > 0 ? positive : mult < 0 ? negative : union);
		return (mult) => ({ map: editor.map(union, target(mult)) });
	},
	quadlda({ positives, negatives }: Sides): Move {
		const { editor, lda, threshold } = fitQuadraticLda(positives, negatives);
		const direction = Float32Array.from(lda);
		// Tokens that are in the target class already stay where they are.
		const gate = (source: number): Gate => ({ direction, threshold, side: source === 1 ? 'above' : 'notAbove' });
		const move = (source: number) => ({ map: editor.map(source, 1 - source), gate: gate(source) });
		return (mult) => (mult === 0 ? undefined : move(mult > 0 ? 0 : 1));
	},
};

/** Where a multiplier takes which tokens; undefined where it takes none. */
type Move = (mult: number) => { map: TransportMap; gate?: Gate } | undefined;

/** The editor of one layer. */
interface Editor {
	layer: ListedLayer;
	move: Move;
}

function interventions({ layer, move }: Editor, mult: number, { settings }: MethodInput): Intervention[] {
	const moved = move(mult);
	if (!moved) return [];
	const { map, gate } = moved;
	const step = { point: layer.point, vector: map.shift, map: map.toGraphMap(), toks: settings.toks };
	return [gate ? { ...step, gate } : step];
}
