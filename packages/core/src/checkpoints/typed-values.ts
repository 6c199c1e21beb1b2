import { quoted } from '../interchange/read-bounded.js';

type Kind = { string: string; number: number; boolean: boolean };

/** Keys and values asked for by type, of a GGUF header or a config.json. What is wrong is a plain Error that names the key. */
export class TypedValues {
	readonly #values: ReadonlyMap<string, unknown>;

	constructor(values: ReadonlyMap<string, unknown>) {
		this.#values = values;
	}

	has(key: string): boolean {
		return this.#values.has(key);
	}

	isList(key: string): boolean {
		return Array.isArray(this.#values.get(key));
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

	/** A finite number above zero. */
	positive(key: string, fallback?: number): number {
		const value = fallback === undefined ? this.required(key, 'number') : (this.optional(key, 'number') ?? fallback);
		if (value > 0 && Number.isFinite(value)) return value;
		throw new Error(`${key} is ${value}, and not a number above 0`);
	}

	/** Undefined where the key is absent. */
	optionalPositive(key: string): number | undefined {
		return this.has(key) ? this.positive(key) : undefined;
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
		if (Array.isArray(value) && value.every((item: unknown) => typeof item === kind)) return value as Kind[K][];
		throw new Error(`${quoted(key)} is no list of ${kind}s`);
	}

	/** Values that lie in an object of their own. Null, anywhere, is the same as absent. */
	section(key: string): TypedValues | undefined {
		const value = this.#values.get(key);
		if (value === undefined) return undefined;
		if (typeof value === 'object' && !Array.isArray(value)) return typedValues(value as object);
		throw new Error(`${quoted(key)} is no object`);
	}
}

/** The keys of an object that have a value. */
export function typedValues(object: object): TypedValues {
	return new TypedValues(new Map(Object.entries(object).filter(([, value]) => value !== null)));
}
