import { SafetensorsDraft } from '../artifacts/index.js';
import { type OpenActivations, openActivations } from './activations-file.js';
import { type Provenance, toMetadata } from './provenance.js';

/** Activations that are written as they come: the file of writeActivations, which is there once all of them are. */
export class ActivationsDraft {
	readonly #draft: SafetensorsDraft;
	readonly #width: number;

	private constructor(draft: SafetensorsDraft, width: number) {
		this.#draft = draft;
		this.#width = width;
	}

	/** For (rows, width) activations. Throws ERR_FAILED when the disk refuses, as do the other calls. */
	static async create(
		path: string,
		{ rows, width }: { rows: number; width: number },
		provenance: Provenance,
	): Promise<ActivationsDraft> {
		const acts = { dtype: 'F32' as const, shape: [rows, width] };
		return new ActivationsDraft(await SafetensorsDraft.create(path, { acts }, toMetadata(provenance)), width);
	}

	/** Writes rows, row-major (any number of them, width), the first of them at `row`. Any order will do. */
	write(row: number, data: Float32Array): Promise<void> {
		return this.#draft.write('acts', row * this.#width, data);
	}

	/** What was written so far, zeros for the rest. Close it before the draft is finished. */
	read(): Promise<OpenActivations> {
		return openActivations(this.#draft.temporary);
	}

	/** Puts the file in its place. All rows must have been written. */
	finish(): Promise<void> {
		return this.#draft.finish();
	}

	/** Removes the draft; once it is finished there is none. */
	discard(): Promise<void> {
		return this.#draft.discard();
	}
}
