import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { gguf } from '../../test/gguf-writer.js';
import { defaultLayer } from './model-defaults.js';

const dir = mkdtempSync(join(tmpdir(), 'layers-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('steers the middle layer of a folder or a GGUF file, and its MLP where sub-layers are counted', () => {
	writeFileSync(join(dir, 'config.json'), '{"num_hidden_layers":10}');
	expect([defaultLayer(dir, false), defaultLayer(dir, true)]).toEqual([5, 11]);
	writeFileSync(join(dir, 'config.json'), '{"text_config":{"num_hidden_layers":6}}');
	expect(defaultLayer(dir, false)).toBe(3);
	const file = join(dir, 'm.gguf');
	// The vocabulary makes the header longer than what is read first.
	const tokens = Array.from({ length: 300_000 }, (_, i) => `token ${i}`);
	const keys = { 'general.architecture': { string: 'llama' }, 'llama.block_count': { uint32: 30 } };
	writeFileSync(file, gguf({ ...keys, 'tokenizer.ggml.tokens': { strings: tokens } }, {}));
	expect([defaultLayer(file, false), defaultLayer(file, true)]).toEqual([15, 31]);
	truncateSync(file, 100);
	expect(() => defaultLayer(file, false)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
});

it('chooses none for a hub id, and says what is not there', () => {
	expect(() => defaultLayer('org/model', false)).toThrow(/no default layer is known for org\/model/);
	expect(() => defaultLayer('nonsense', false)).toThrow(/there is no model nonsense/);
});
