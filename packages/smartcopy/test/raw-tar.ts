import { pythonJson } from '@steering/core/artifacts';

/** One entry as it is to lie in the archive, truthful or not. */
export interface Entry {
	path: string;
	/** Of POSIX: '0' a file, '1' a hard link, '2' a symbolic link, '5' a folder, 'x' pax… */
	type?: string;
	body?: string | Uint8Array;
	linkpath?: string;
	/** In place of the body's: twelve bytes. */
	size?: Uint8Array;
	/** In place of the right one. */
	checksum?: string;
}

/** A response file of one prompt. */
export const replies = pythonJson([{ prompt: 'How?', responses: ['So.', 'No.'], scores: [false, true] }]);

/** By hand, byte by byte: a library would not write most of what is tested. */
export function header({ path, type = '0', body = '', linkpath = '', size, checksum }: Entry): Buffer {
	const block = Buffer.alloc(512);
	const name = Buffer.from(path);
	const split = name.length > 100 ? name.lastIndexOf('/', 155) : -1;
	if (split > 0 && name.length - split - 1 <= 100) {
		name.copy(block, 0, split + 1);
		name.copy(block, 345, 0, split);
	} else name.copy(block, 0, 0, 100);
	block.write('0000644\0', 100);
	block.write('0000000\0', 108);
	block.write('0000000\0', 116);
	if (size) block.set(size, 124);
	else block.write(`${Buffer.byteLength(body).toString(8).padStart(11, '0')}\0`, 124);
	block.write('00000000000\0', 136);
	block.write('        ', 148);
	block.write(type, 156);
	block.write(linkpath, 157);
	block.write('ustar\x0000', 257);
	const sum = block.reduce((all, byte) => all + byte, 0);
	block.write(checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148);
	if (checksum === '') block.fill(0, 148, 156);
	return block;
}

/** A name that does not fit its field is written in a pax header, as tools do. */
function blocksOf(entry: Entry): Buffer[] {
	const { path, body = '', type } = entry;
	const bytes = Buffer.from(body);
	const fits =
		Buffer.byteLength(path) <= 100 ||
		header(entry)
			.subarray(345, 500)
			.some((byte) => byte !== 0);
	const before = fits || type === 'x' ? [] : blocksOf(pax({ path }));
	return [...before, header(entry), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
}

export function archive(entries: readonly Entry[]): Buffer {
	return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)]);
}

/** The entry before the one whose fields it replaces; type 'g': before all. */
export function pax(fields: Record<string, string>, type = 'x'): Entry {
	return { path: 'PaxHeader', type, body: Object.entries(fields).map(paxLine).join('') };
}

function paxLine([key, value]: [string, string]): string {
	const bytes = Buffer.byteLength(` ${key}=${value}\n`);
	let length = bytes + 1;
	while (String(length).length + bytes !== length) length++;
	return `${length} ${key}=${value}\n`;
}
