import { execFile } from 'node:child_process';
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { archive, type Entry, pax, replies } from '../../test/raw-tar.js';
import { smartcopy } from '../index.js';
import { ARCHIVE_LIMITS } from './archive-limits.js';
import { readArchive } from './read-archive.js';

const GOOD = 'artifacts/responses/responses_Morganism_Dprompts_L2_T1.5_X1.0.json';
const OTHER = 'artifacts/responses/responses_Morganism_Dprompts_L2_T1.5_X2.0.json';
const good: Entry = { path: GOOD, body: replies };
const named = (name: string): Entry => ({ path: `artifacts/responses/${name}`, body: replies });

let around: string;
beforeEach(() => {
	around = mkdtempSync(join(tmpdir(), 'hostile-'));
	// What is unpacked, and left behind, is seen too.
	mkdirSync(join(around, 'tmp'));
	vi.stubEnv('TMPDIR', join(around, 'tmp'));
	mkdirSync(join(around, 'project/artifacts/responses'), { recursive: true });
	writeFileSync(join(around, 'secret'), 'untouched');
	writeFileSync(join(around, `project/${OTHER}`), replies);
});
afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(around, { recursive: true });
});

/** Every path around the destination with what it holds. */
function snapshot(): string[] {
	const entries = readdirSync(around, { recursive: true, withFileTypes: true });
	return entries
		.map((entry) => {
			const path = join(entry.parentPath ?? entry.path, entry.name);
			if (entry.isSymbolicLink()) return `${path} -> ${readlinkSync(path)}`;
			return entry.isFile() ? `${path}: ${readFileSync(path, 'latin1')}` : path;
		})
		.sort();
}

async function refusal(bytes: Uint8Array, name = 'a.tar', destination = 'project'): Promise<string> {
	writeFileSync(join(around, name), bytes);
	const before = snapshot();
	const error = await smartcopy({ source: join(around, name), destination: join(around, destination) }).then(
		() => expect.fail('it was taken'),
		(error) => error,
	);
	expect(snapshot()).toEqual(before);
	expect(error).toMatchObject({ code: 'ERR_BAD_FILE' });
	expect(error.message).toMatch(/^[ -~]+$/);
	return error.message.replaceAll(join(around, name), 'ARCHIVE');
}

const link = (type: string, path: string, linkpath: string): Entry => ({ path, type, linkpath });

const NAMES: [string, string][] = [
	['a parent folder', '../secret'],
	['parents in the middle', 'artifacts/responses/../../../secret'],
	['parents before a good name', `../${GOOD}`],
	['parents that come back', `artifacts/../${GOOD}`],
	['a parent of the archive itself', '..'],
	['an absolute path', '/tmp/secret'],
	['an absolute path to a good name', `/${GOOD}`],
	['two slashes', `//${GOOD}`],
	['a doubled slash', GOOD.replace('/', '//')],
	['a dot in the middle', GOOD.replace('responses/', 'responses/./')],
	['two dots of here', `././${GOOD}`],
	['a drive', `C:${GOOD}`],
	['a drive and backslashes', 'C:\\artifacts\\responses\\responses_Morganism_Dprompts_L2_T1.5_X1.0.json'],
	['backslashes', GOOD.replaceAll('/', '\\')],
	['backslashes to a parent', '..\\..\\secret'],
	['a share of a network', '\\\\server\\share\\secret'],
	['a stream of NTFS', `${GOOD}:hidden`],
	['another folder', GOOD.replace('responses/', 'vecs/')],
	['a folder of the project', 'packages/core/package.json'],
	['a script', 'artifacts/responses/run.sh'],
	['a hidden file', '.npmrc'],
	['a git hook', '.git/hooks/post-checkout'],
	['a deep path', `a/b/c/d/e/${GOOD}`],
	['a folder in responses', GOOD.replace('responses/r', 'responses/deeper/r')],
	['a trailing dot', `${GOOD}.`],
	['a trailing space', `${GOOD} `],
	['a leading space', GOOD.replace('responses_', ' responses_')],
	['a model named as a parent', 'artifacts/responses/responses_M../../x_Dprompts_L2_T1.5_X1.0.json'],
	['a name like an option', 'artifacts/responses/-rf'],
	['a number misspelt', GOOD.replace('X1.0', 'X1.00')],
	['another extension', GOOD.replace('.json', '.js')],
	['a control character', GOOD.replace('organism', 'org\u0007anism')],
	['a newline', GOOD.replace('organism', 'org\nanism')],
	['an escape sequence', GOOD.replace('organism', '\u001b[2Jorganism')],
	['text turned around', GOOD.replace('organism', '\u202emsinagro')],
	['an isolate', GOOD.replace('organism', '\u2066organism')],
	['a zero width space', GOOD.replace('organism', 'orga\u200bnism')],
	['a byte order mark', GOOD.replace('organism', '\ufefforganism')],
	['a soft hyphen', GOOD.replace('organism', 'orga\u00adnism')],
	['a Cyrillic look-alike', GOOD.replace('organism', '\u043erganism')],
	['a full-width slash', GOOD.replace('artifacts/', 'artifacts\uff0f')],
	['a division slash', '..\u2215secret'],
	['two dots in one character', '\u2025/secret'],
	['a composed accent', GOOD.replace('organism', '\u00e9')],
	['a decomposed accent', GOOD.replace('organism', 'e\u0301')],
	['bytes that are no UTF-8', GOOD.replace('organism', '\udc80')],
	['a name of 300 characters', GOOD.replace('organism', 'o'.repeat(300))],
	['a path of 5,000 characters', `${'a/'.repeat(2500)}x.json`],
];

describe('names', () => {
	it.each(NAMES)('refuses %s', async (_, path) => {
		expect(await refusal(archive([good, { path, body: replies }]))).toContain('is not the name of a result');
	});

	it.each(NAMES)('refuses %s in a pax header', async (_, path) => {
		expect(await refusal(archive([good, pax({ path }), named('x')]))).toContain('is not the name of a result');
	});

	it('reads a GNU long name as the name', async () => {
		const long: Entry = { path: '././@LongLink', type: 'L', body: `../${'a'.repeat(150)}\0` };
		expect(await refusal(archive([long, good]))).toContain('is not the name of a result');
	});

	it('does not cut a pax name at NUL', async () => {
		expect(await refusal(archive([pax({ path: `${GOOD}\0/../../secret` }), good]))).toContain(
			'a pax header holds a zero byte',
		);
	});

	it('refuses a global pax name, which every entry would have', async () => {
		expect(await refusal(archive([pax({ path: '../secret' }, 'g'), good]))).toContain('is refused');
	});
});

describe('entries that are no plain files', () => {
	const LINKS: [string, Entry[]][] = [
		['a symbolic link out', [link('2', GOOD, '/etc/passwd')]],
		['a symbolic link within', [good, link('2', OTHER, GOOD)]],
		['a symbolic link, then a file through it', [link('2', 'artifacts/responses', '/tmp'), good]],
		['a symbolic link to a parent as artifacts', [link('2', 'artifacts', '..'), good]],
		['a hard link out', [link('1', GOOD, '/etc/passwd')]],
		['a hard link to a parent', [link('1', GOOD, '../../../secret')]],
		['a hard link within', [good, link('1', OTHER, GOOD)]],
		['a character device', [{ path: GOOD, type: '3' }]],
		['a block device', [{ path: GOOD, type: '4' }]],
		['a named pipe', [{ path: GOOD, type: '6' }]],
		['a contiguous file', [{ path: GOOD, type: '7', body: replies }]],
		['a sparse file', [{ path: GOOD, type: 'S', body: replies }]],
		['a multi-volume part', [{ path: GOOD, type: 'M', body: replies }]],
		['a volume label', [{ path: 'label', type: 'V' }, good]],
		['an unknown type', [{ path: GOOD, type: 'Z', body: replies }]],
		['a folder elsewhere', [{ path: '../elsewhere/', type: '5' }, good]],
		['a folder in place of a file', [{ path: `${GOOD}/`, type: '5' }]],
		['a file that is called a folder', [{ path: `${GOOD}/`, type: '0', body: replies }]],
		['a sparse file in pax', [pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0' }), good]],
		['a link in pax', [pax({ linkpath: '/etc/passwd' }), good]],
		['a link named in pax', [pax({ linkpath: '/etc/passwd' }), link('2', GOOD, 'x')]],
	];
	it.each(LINKS)('refuses %s', async (_, entries) => {
		expect(await refusal(archive(entries))).toContain('is refused');
	});
});

describe('two entries for one file', () => {
	const PAIRS: [string, string][] = [
		['the same name', GOOD],
		['the same name below here', `./${GOOD}`],
		['the same name in upper case', GOOD.replace('Morganism', 'MORGANISM')],
		['the same name without artifacts/', GOOD.replace('artifacts/', '')],
		['the bare name', GOOD.split('/').at(-1)!],
	];
	it.each(PAIRS)('refuses %s', async (_, path) => {
		expect(await refusal(archive([good, { path, body: '[]' }]))).toContain('is there twice');
	});
});

describe('archives that are damaged or lie about themselves', () => {
	const whole = archive([good]);
	const packed = gzipSync(whole);
	const broken = (at: number, byte: number) => {
		const bytes = Buffer.from(whole);
		bytes[at] = byte;
		return bytes;
	};
	const BYTES: [string, Uint8Array, string?][] = [
		['nothing', Buffer.alloc(0)],
		['text', Buffer.from('hello '.repeat(300))],
		['random bytes', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251))],
		['a wrong checksum', broken(0, 65)],
		['no checksum', archive([{ ...good, checksum: '' }])],
		['a second header with a wrong checksum', archive([good, { ...named('x'), checksum: '0000001' }])],
		['a size below zero', archive([{ ...good, size: Buffer.from([0xff, ...Array(11).fill(0xff)]) }])],
		['a size of 2^70 in base 256', archive([{ ...good, size: Buffer.from([0x80, 0, 0, 0x40, ...Array(8).fill(0)]) }])],
		[
			'a size above the limit in base 256',
			archive([{ ...good, size: Buffer.from([0x80, ...Array(6).fill(0), 1, 0, 0, 0, 0]) }]),
		],
		['a size that is no number', archive([{ ...good, size: Buffer.from('zzzzzzzzzzz\0') }])],
		['a size larger than the archive', archive([{ ...good, size: Buffer.from('00000100000\0') }])],
		['a size of pax larger than the archive', archive([pax({ size: '99999999' }), good])],
		['a size of pax below zero', archive([pax({ size: '-1' }), good])],
		['a cut in a header', whole.subarray(0, 300)],
		['a cut in a file', whole.subarray(0, 600)],
		['a cut after a file', whole.subarray(0, 1024)],
		['one block of zeros at the end', whole.subarray(0, 1536)],
		['more after the end', Buffer.concat([whole, whole])],
		['a pax header of 1 MB', archive([pax({ comment: 'x'.repeat(2 ** 20) }), good])],
		['compressed data cut short', packed.subarray(0, packed.length - 12), 'a.tgz'],
		['compressed data with a wrong sum', Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8, 1)]), 'a.tgz'],
		['compressed data and text after it', Buffer.concat([packed, Buffer.from('more')]), 'a.tar.gz'],
		['a second compressed archive after the first', Buffer.concat([packed, packed]), 'a.tar.gz'],
		['an archive compressed twice', gzipSync(packed), 'a.tar.gz'],
		['a zip file', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(1020)])],
		['a file of zstd', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(1020)])],
	];
	it.each(BYTES)('refuses %s', async (_, bytes, name) => {
		expect(await refusal(bytes, name)).toMatch(/^ARCHIVE is refused/);
	});

	const CONTENTS: [string, string][] = [
		['no JSON', 'not JSON'],
		['JSON of another kind', '{"a": 1}'],
		['fewer scores than replies', '[{"prompt": "p", "responses": ["a", "b"], "scores": [true]}]'],
		['a score out of range', '[{"prompt": "p", "responses": ["a"], "num_scores": [11]}]'],
		['a key nested 200,000 deep', `[{"prompt": "p", "responses": [], "x": ${'['.repeat(2e5)}${']'.repeat(2e5)}}]`],
		['text that is no UTF-8', '[{"prompt": "\udcff", "responses": []}]'],
	];
	it.each(CONTENTS)('refuses %s as replies, and all that is with it', async (_, body) => {
		const bytes = archive([
			{ path: OTHER, body: '[]' },
			{ path: GOOD, body: Buffer.from(body, 'latin1') },
		]);
		expect(await refusal(bytes)).toContain('X1.0.json');
	});

	it('refuses tensors that are none', async () => {
		const path = 'artifacts/vecs/vec_Morganism_Dprompts_L2.safetensors';
		expect(await refusal(archive([good, { path, body: 'x'.repeat(64) }]))).toContain('vec_Morganism_Dprompts_L2');
	});
});

describe('archives that grow', () => {
	const zeros = (bytes: number) => Buffer.alloc(bytes);

	it('stops at a ratio that no results have', async () => {
		const entries = Array.from({ length: 3 }, (_, i) => ({
			path: GOOD.replace('X1.0', `X${i}.0`),
			body: zeros(2 ** 23),
		}));
		expect(await refusal(gzipSync(archive(entries)), 'bomb.tgz')).toContain('more than 200 times its size');
	});

	const LIMITS: [string, Partial<Record<keyof typeof ARCHIVE_LIMITS, number>>, string][] = [
		['entries', { entries: 1 }, 'it has more than 1 entries'],
		['bytes of a file', { jsonBytes: 10 }, 'the limit is 10'],
		['bytes in all', { totalBytes: 2000 }, 'more than 2000 bytes'],
	];
	it.each(LIMITS)('stops at the limit of %s', async (_, limits, message) => {
		const path = join(around, 'a.tar');
		writeFileSync(path, archive([good, { path: OTHER, body: replies }]));
		await expect(readArchive(path, { ...ARCHIVE_LIMITS, ...limits })).rejects.toThrow(message);
	});

	it('refuses a size above the limit before it reads that much', async () => {
		const size = Buffer.from(`${(ARCHIVE_LIMITS.jsonBytes + 1).toString(8).padStart(11, '0')}\0`);
		expect(await refusal(archive([{ ...good, size }]))).toContain('the limit is');
	});
});

describe('hostile destinations', () => {
	const DESTINATIONS: [string, () => void][] = [
		[
			'artifacts/ that is a link',
			() => {
				rmSync(join(around, 'project/artifacts'), { recursive: true });
				symlinkSync('..', join(around, 'project/artifacts'));
			},
		],
		[
			'responses/ that is a link',
			() => {
				rmSync(join(around, 'project/artifacts/responses'), { recursive: true });
				symlinkSync(around, join(around, 'project/artifacts/responses'));
			},
		],
		['a response file that is a link', () => symlinkSync(join(around, 'secret'), join(around, 'project', GOOD))],
		[
			'a manifest that is a link',
			() => symlinkSync(join(around, 'secret'), join(around, 'project', `${GOOD}.manifest.json`)),
		],
		['a dangling link', () => symlinkSync(join(around, 'new'), join(around, 'project', GOOD))],
		['conflicts/ that is a link', () => symlinkSync(around, join(around, 'project/artifacts/conflicts'))],
		['a folder in place of a file', () => mkdirSync(join(around, 'project', GOOD))],
		['a file in place of a folder', () => writeFileSync(join(around, 'project/artifacts/conflicts'), '')],
	];
	it.each(DESTINATIONS)('refuses %s', async (_, prepare) => {
		prepare();
		expect(await refusal(archive([good]))).toContain('nothing is written through it');
	});
});

describe('folders', () => {
	it('does not follow links out of the source', async () => {
		mkdirSync(join(around, 'from/responses'), { recursive: true });
		symlinkSync(join(around, 'secret'), join(around, 'from', GOOD.replace('artifacts/', '')));
		const before = snapshot();
		const copying = smartcopy({ source: join(around, 'from'), destination: join(around, 'project') });
		await expect(copying).rejects.toThrow('is a symbolic link: links are not followed');
		expect(snapshot()).toEqual(before);
	});

	const SAME: [string, string, string][] = [
		['the same folder', 'project', 'project'],
		['artifacts/ into its own project', 'project/artifacts', 'project'],
		['a project into its own artifacts/', 'project', 'project/artifacts'],
		['the same folder through a link', 'again', 'project'],
	];
	it.each(SAME)('refuses %s', async (_, source, destination) => {
		symlinkSync('project', join(around, 'again'));
		const before = snapshot();
		const copying = smartcopy({ source: join(around, source), destination: join(around, destination) });
		await expect(copying).rejects.toMatchObject({ code: 'ERR_USAGE' });
		expect(snapshot()).toEqual(before);
	});
});

it('takes a key named __proto__ for a key', async () => {
	const body =
		'[{"prompt": "p", "responses": ["a"], "__proto__": {"scores": [true]}, "constructor": {"prototype": {"x": 1}}}]';
	writeFileSync(join(around, 'a.tar'), archive([{ path: GOOD, body }]));
	await smartcopy({ source: join(around, 'a.tar'), destination: join(around, 'project') });
	expect(({} as Record<string, unknown>).scores).toBeUndefined();
	expect(({} as Record<string, unknown>).x).toBeUndefined();
	expect(JSON.parse(readFileSync(join(around, 'project', GOOD), 'utf8'))[0].scores).toBeUndefined();
});

it('takes what other tools pack: a folder below here, GNU and pax names, a copy of each', async () => {
	const long = 'o'.repeat(90);
	const entries: Entry[] = [
		{ path: './', type: '5' },
		{ path: './artifacts/', type: '5' },
		{ path: './artifacts/responses/', type: '5' },
		{ path: `./${GOOD}`, body: replies },
		pax({ path: GOOD.replace('organism', long), mtime: '1700000000.5' }),
		{ path: 'short', body: replies },
	];
	cpSync(join(around, 'project'), join(around, 'copy'), { recursive: true });
	writeFileSync(join(around, 'a.tar.gz'), gzipSync(archive(entries)));
	const { files } = await smartcopy({ source: join(around, 'a.tar.gz'), destination: join(around, 'copy') });
	expect(files.map(({ result }) => result)).toEqual(['copied', 'copied']);
	expect(readFileSync(join(around, 'copy', GOOD), 'utf8')).toBe(replies);
});

it('takes an archive of GNU tar', async () => {
	mkdirSync(join(around, 'copy'));
	await promisify(execFile)('tar', ['czf', join(around, 'gnu.tgz'), '-C', join(around, 'project'), '.']);
	await smartcopy({ source: join(around, 'gnu.tgz'), destination: join(around, 'copy') });
	expect(readFileSync(join(around, 'copy', OTHER), 'utf8')).toBe(replies);
});

it('says in one line what is wrong, and exits with 1', async () => {
	writeFileSync(join(around, 'a.tar'), archive([good, { path: '../secret', body: 'x' }]));
	const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
	const tsx = ['--conditions', 'source', '--import', 'tsx', cli, join(around, 'a.tar'), join(around, 'project')];
	const error = await promisify(execFile)(process.execPath, tsx).then(
		() => expect.fail('it was taken'),
		(error) => error,
	);
	expect(error.code).toBe(1);
	expect(error.stderr.replaceAll(around, '')).toMatchInlineSnapshot(`
		"error: /a.tar is refused: "../secret" is not the name of a result under artifacts/; nothing was written; pnpm backtar makes archives that are taken
		"
	`);
});
