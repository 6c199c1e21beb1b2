import { join } from 'node:path';
import { builtGguf, isOfGguf } from './built-gguf.js';
import { checkNames } from './check-names.js';
import { findModel, type ModelPlace } from './model-place.js';
import type { Places } from './places.js';
import { type Report, reasonOf } from './report.js';

export interface ModelPlacesOptions {
	signal?: AbortSignal | undefined;
	env?: NodeJS.ProcessEnv | undefined;
	onNote?: ((line: string) => void) | undefined;
	onProgress?: ((what: string, done: number, total: number) => void) | undefined;
}

/** Where the models of the fixtures are; one that is made from a GGUF file is built when it is first asked for. */
export class ModelPlaces {
	readonly #names: readonly string[];
	readonly #places: Places;
	readonly #report: Report;
	readonly #options: ModelPlacesOptions;
	readonly #found = new Map<string, Promise<ModelPlace>>();

	constructor(names: readonly string[], places: Places, report: Report, options: ModelPlacesOptions) {
		this.#names = names;
		this.#places = places;
		this.#report = report;
		this.#options = options;
	}

	place(name: string): Promise<ModelPlace> {
		const finding = this.#found.get(name) ?? this.#find(name);
		this.#found.set(name, finding);
		return finding;
	}

	async #find(name: string): Promise<ModelPlace> {
		const place = findModel(name, this.#names, this.#places);
		if (place.graphs.length > 0 || !isOfGguf(name) || !this.#names.includes(name)) return place;
		const isWanted = checkNames(join(this.#places.fixtures, name), name).some((check) => this.#report.wants(check));
		if (!isWanted) return { ...place, reason: 'none of its checks was asked for' };
		const label = `${name} build`;
		const { signal, onNote, onProgress, env = process.env } = this.#options;
		try {
			const built = await builtGguf(name, this.#places, { signal, onNote, onProgress, env });
			if ('reason' in built) return { ...place, reason: built.reason };
			return { name, graphs: [{ label: name, folder: built.folder }], tokenizer: built.folder };
		} catch (error) {
			if (signal?.aborted) throw error;
			this.#report.fail(label, '', reasonOf(error));
			return { ...place, reason: 'its graph could not be built' };
		}
	}
}
