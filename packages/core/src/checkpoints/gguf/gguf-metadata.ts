import type { GgufScalar, GgufValue } from '../../interchange/gguf-header.js';
import { quoted } from '../../interchange/read-bounded.js';

type Kind = { string: string; number: number; boolean: boolean };

/** Keys and values of a GGUF header, asked for by type. What is wrong is a plain Error that names the key. */
export class GgufMetadata {
	readonly #values: ReadonlyMap<string, GgufValue>;

	constructor(values: ReadonlyMap<string, GgufValue>) {
		this.#values = values;
	}

	optional<K extends keyof Kind>(key: string, kind: K): Kind[K] | undefined {
		const value = this.#values.get(key);
		if (value === undefined) return undefined;
		if (typeof value !== kind) throw new Error(`${key} is no ${kind}`);
		return value as Kind[K];
	}

	required<K extends keyof Kind>(key: string, kind: K): Kind[K] {
		const value = this.optional(key, kind);
		if (value === undefined) throw new Error(`it has no ${key}`);
		return value;
	}

	/** A whole number from 1 up to `max`. */
	count(key: string, max: number, fallback?: number): number {
		const value = fallback === undefined ? this.required(key, 'number') : (this.optional(key, 'number') ?? fallback);
		if (Number.isInteger(value) && value >= 1 && value <= max) return value;
		throw new Error(`${key} is ${value}, and not a whole number from 1 to ${max}`);
	}

	/** A token's id. */
	id(key: string, tokens: number): number | undefined {
		const value = this.optional(key, 'number');
		if (value === undefined || (Number.isInteger(value) && value >= 0 && value < tokens)) return value;
		throw new Error(`${key} is ${value}, where there are ${tokens} tokens`);
	}

	list<K extends keyof Kind>(key: string, kind: K): readonly Kind[K][] {
		const value = this.#values.get(key);
		if (value === undefined) throw new Error(`it has no ${key}`);
		if (Array.isArray(value) && value.every((item: GgufScalar) => typeof item === kind)) return value as Kind[K][];
		throw new Error(`${quoted(key)} is no list of ${kind}s`);
	}
}
