import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../artifacts/index.js';
import { fromFloat16, toFloat16 } from './float16.js';
import { dequantise, ggmlType } from './ggml-types.js';

/** Of test/ggml/make-blocks.py. */
const blocks = fileURLToPath(new URL('../../test/ggml/blocks.safetensors', import.meta.url));
const { tensors } = await readSafetensors(blocks);
const bytesOf = (name: string) => tensors.get(`${name}.bytes`)!.data as Uint8Array;
const valuesOf = (name: string) => tensors.get(`${name}.values`)!.data as Float32Array;

const TYPES = { F32: 0, F16: 1, Q4_0: 2, Q4_1: 3, Q5_0: 6, Q5_1: 7, Q8_0: 8, Q4_K: 12, Q5_K: 13, Q6_K: 14, BF16: 30 };

describe('dequantise', () => {
	it.each(Object.entries(TYPES))('%s, bit for bit as the Python package gguf', (name, number) => {
		const type = ggmlType(number);
		expect(type.name).toBe(name);
		const values = dequantise(type, bytesOf(name));
		expect(values.length).toBeGreaterThan(0);
		expect(values).toEqual(valuesOf(name));
	});

	it('refuses other types, and half a block', () => {
		expect(() => ggmlType(10)).toThrow(/^tensors of ggml type 10; those read are F32, F16, Q4_0, /);
		expect(() => dequantise(ggmlType(2), new Uint8Array(17))).toThrow('17 bytes are no blocks of Q4_0');
	});
});

describe('float16', () => {
	it('rounds as NumPy does: ties to even, subnormal numbers, overflow', () => {
		const rounded = toFloat16(valuesOf('float16'));
		expect(new Uint8Array(rounded.buffer)).toEqual(bytesOf('float16'));
	});

	it('all 65,536 come back', () => {
		const all = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
		const values = Float32Array.from(all, fromFloat16);
		const back = toFloat16(values);
		const changed = all.filter((bits, i) => bits !== back[i] && !Number.isNaN(values[i]!));
		expect([...changed]).toEqual([]);
		expect(toFloat16(Float32Array.of(Number.NaN))).toEqual(Uint16Array.of(0x7e00));
	});
});
