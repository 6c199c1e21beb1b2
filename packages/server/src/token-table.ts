import type { TokenText } from '@steering/core/model';

/** The tokens of a model as they are told. Each is made once: log-probabilities name the same few hundreds again and again. */
export class TokenTable {
	readonly texts: readonly (TokenText | undefined)[];
	readonly #told: { text: string; bytes: number[] }[] = [];

	constructor(texts: readonly (TokenText | undefined)[]) {
		this.texts = texts;
	}

	/** `bytes` tell a part of a character, of which `text` can only say that it is one. */
	tell(id: number): { text: string; bytes: number[] } {
		this.#told[id] ??= this.#make(id);
		return this.#told[id];
	}

	#make(id: number): { text: string; bytes: number[] } {
		const bytes = this.texts[id]?.bytes ?? new Uint8Array();
		return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), bytes: [...bytes] };
	}
}
