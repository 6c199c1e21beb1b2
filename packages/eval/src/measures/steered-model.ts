import type { Intervention } from '@steering/core/interventions';
import { type HookedModel, modelIdentity } from '@steering/core/model';
import { chooseMethod, type SteeringMethod } from '@steering/steer';
import type { MeasureOptions } from './measure.js';
import type { Wanted } from './measures-store.js';
import { withRandomDirections } from './random-baseline.js';
import type { Target } from './targets.js';

/** A model and what is done to it at each target of one settings; made when it is first needed, and once. */
export class SteeredModel {
	readonly model: HookedModel;
	readonly seed: number;
	readonly #options: MeasureOptions;
	readonly #dataRoot: string;
	readonly #methods = new Map<string, Promise<SteeringMethod>>();
	readonly #interventions = new Map<Target, Promise<Intervention[]>>();

	constructor(model: HookedModel, options: MeasureOptions, dataRoot: string) {
		this.model = model;
		this.seed = options.seed ?? 0;
		this.#options = options;
		this.#dataRoot = dataRoot;
	}

	/** As the settings say, or with random directions. */
	async interventions({ target, baseline }: Pick<Wanted, 'target' | 'baseline'>): Promise<Intervention[]> {
		const made =
			this.#interventions.get(target) ?? this.#method(target).then((method) => method.interventionsAt(target.mult));
		this.#interventions.set(target, made);
		return baseline ? withRandomDirections(await made, target.mult, this.seed) : await made;
	}

	/** What a measurement of the plain model depends on, beside its data. */
	get provenance() {
		return { model: modelIdentity(this.model.info), seed: this.seed };
	}

	/** The same of the steered one. */
	async steeredProvenance(target: Target) {
		const { identity } = await this.#method(target);
		return { ...this.provenance, method: identity, ...flagsOf(target) };
	}

	#method(target: Target): Promise<SteeringMethod> {
		const flags = flagsOf(target);
		const key = JSON.stringify(flags);
		const { root, force, threads, signal } = this.#options;
		const { settings } = target;
		const input = { settings, model: this.model, root, dataRoot: this.#dataRoot, force, threads, signal };
		const method = this.#methods.get(key) ?? chooseMethod(input, { trivial: false, bias: false, ...flags });
		this.#methods.set(key, method);
		return method;
	}
}

/** Flags of steer that are in no name: its manifest has them. */
function flagsOf({ manifest }: Target): { trivial?: true; bias?: true } {
	return {
		...(manifest?.trivial === true ? { trivial: true } : {}),
		...(manifest?.bias === true ? { bias: true } : {}),
	};
}
