import { lowRankProduct } from '@steering/core/interventions';
import { fitScrub, type HookedModel, layerListLength, type ScrubStep } from '@steering/core/model';
import type { ActsExample, ActsFixture } from './acts-fixture.js';
import type { ApplyCase } from './apply-fixture.js';
import type { Report } from './report.js';
import { floatsOf, type Tensors } from './tensors.js';
import { scrubTolerance } from './tolerances.js';
import { relativeError, Worst } from './worst.js';

export interface ScrubFitOptions {
	threads?: number | undefined;
	signal?: AbortSignal | undefined;
	onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Scrubbing fitted by us, once for each set of activations, method and multiplier. */
export class ScrubFits {
	readonly #made = new Map<string, ScrubStep[]>();
	readonly #model: HookedModel;
	readonly #options: ScrubFitOptions;

	constructor(model: HookedModel, options: ScrubFitOptions) {
		this.#model = model;
		this.#options = options;
	}

	/** All multipliers of a case. Throws what `fitScrub` does. */
	async fit({ settings, mults }: ApplyCase, acts: ActsFixture): Promise<(mult: number) => ScrubStep[] | undefined> {
		const method = settings.leace === 'orth' ? 'orth' : 'leace';
		const keyOf = (mult: number) => `${acts.name} ${method} ${mult}`;
		for (const mult of mults) {
			if (this.#made.has(keyOf(mult))) continue;
			this.#made.set(keyOf(mult), await this.#fitOne(acts.file.examples, method, mult));
		}
		return (mult) => this.#made.get(keyOf(mult));
	}

	#fitOne(examples: readonly ActsExample[], method: 'leace' | 'orth', mult: number): Promise<ScrubStep[]> {
		const { info, files, tokenizer, work } = this.#model;
		const { threads, signal, onProgress } = this.#options;
		const idsOf = (positive: boolean) =>
			examples.filter((example) => example.positive === positive).map(({ messages }) => tokenizer.encodeChat(messages));
		let done = 0;
		return fitScrub({
			path: files.onnxPath,
			layers: info.layers,
			positives: idsOf(true),
			negatives: idsOf(false),
			mult,
			method,
			session: { precision: 'exact', threads, work },
			signal,
			onProgress: (sublayers) => {
				done += sublayers;
				onProgress?.(done, layerListLength(true, info.layers));
			},
		});
	}
}

/** Our vectors, erasers and centres beside those that are stored, at every multiplier that has them. */
export function compareScrub(
	check: string,
	model: string,
	{ mults }: ApplyCase,
	tensors: Tensors,
	fitted: (mult: number) => readonly ScrubStep[] | undefined,
	report: Report,
): void {
	const worst = {
		'scrubbing vectors': new Worst(),
		'scrubbing erasers': new Worst(),
		'scrubbing centres': new Worst(),
	};
	for (const [m, mult] of mults.entries()) {
		for (const [index, { map, vector }] of (fitted(mult) ?? []).entries()) {
			const at = `m${m}.layer${index}`;
			if (!tensors.has(`${at}.vec`) || !map) continue;
			const width = vector.length;
			const stored = (part: string) => floatsOf(tensors, `${at}.${part}`);
			const where = () => `multiplier ${mult}, sub-layer ${index}`;
			worst['scrubbing vectors'].add(relativeError(vector, stored('vec')), where);
			worst['scrubbing centres'].add(relativeError(map.center, stored('bias')), where);
			// Ours acts on rows from the right, and subtracts: its left is their right.
			const ours = lowRankProduct(map.left, map.right, width, map.rank);
			const right = stored('proj_right');
			const theirs = lowRankProduct(stored('proj_left'), right, width, right.length / width);
			const asTheirs = theirs.map((_, i) => -ours[(i % width) * width + Math.floor(i / width)]!);
			worst['scrubbing erasers'].add(relativeError(asTheirs, theirs), where);
		}
	}
	for (const [what, one] of Object.entries(worst)) {
		if (one.count > 0) report.within(check, what, one, scrubTolerance(model), `${one.count} sub-layers`);
	}
}
