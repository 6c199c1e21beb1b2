import { createHash } from 'node:crypto';

/** What tells apart what replies are made from, of parts that need not be in memory together. */
export class Identity {
	readonly #hash = createHash('sha256');

	add(part: string | Float32Array | Float64Array): this {
		const bytes = typeof part === 'string' ? part : new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
		this.#hash.update(bytes);
		return this;
	}

	/** 32 hexadecimal digits. Once. */
	digest(): string {
		return this.#hash.digest('hex').slice(0, 32);
	}
}

export function identityOf(...parts: (string | Float32Array | Float64Array)[]): string {
	const identity = new Identity();
	for (const part of parts) identity.add(part);
	return identity.digest();
}
