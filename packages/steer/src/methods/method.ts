import type { Intervention } from '@steering/core/interventions';
import type { HookedModel } from '@steering/core/model';
import type { Settings } from '@steering/core/settings';

/** A way of steering, made ready once for all multipliers of a sweep. */
export interface SteeringMethod {
	/** Hash of everything that the interventions are made from: a response file made with other numbers is not the same. */
	readonly identity: string;
	/**
	 * Called once, before anything is written, with all multipliers of a sweep that are still to be sampled: what cannot be done at
	 * one of them is refused, and fits that depend on the multiplier are made. Throws ERR_USAGE, ERR_BAD_FILE.
	 */
	prepare?(mults: readonly number[]): Promise<void>;
	/**
	 * Which maps a multiplier needs: those with equal answers share theirs, and with them a batch. Undefined: all multipliers do.
	 */
	mapsAt?(mult: number): number;
	/** What is done to the activations at a multiplier. */
	interventionsAt(mult: number): Promise<Intervention[]>;
}

/** What methods are made from. */
export interface MethodInput {
	settings: Settings;
	model: HookedModel;
	/** The folder that holds artifacts/. */
	root: string;
	/** The folder of data sets. */
	dataRoot: string;
	/** That folder as it was given, if it was: errors repeat it. */
	data?: string | undefined;
	/** Take vectors that another model of the same width made. */
	force?: boolean | undefined;
	threads?: number | undefined;
	signal?: AbortSignal | undefined;
	/** Called at the start of fits that depend on the multiplier, and after each of them. */
	onFit?: ((done: number, total: number) => void) | undefined;
}
