import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { SteeringError } from '@steering/core/errors';
import { Unzip, UnzipInflate } from 'fflate';

/** What a member must be. */
export interface MemberFacts {
	member: string;
	bytes: number;
	sha256: string;
}

/**
 * Writes one member of a wheel (a zip file) to a file, piece by piece, and checks it. Nothing beyond `bytes` is inflated.
 * @throws SteeringError ERR_BAD_FILE when it is absent or not what was pinned
 */
export async function extractMember(
	wheel: string,
	into: string,
	{ member, bytes, sha256 }: MemberFacts,
	signal?: AbortSignal,
): Promise<void> {
	const hash = createHash('sha256');
	const fd = openSync(into, 'w');
	let written = 0;
	try {
		const take = (error: Error | null, chunk: Uint8Array) => {
			if (error) throw wrong(wheel, `${member} cannot be unpacked: ${error.message}`, error);
			written += chunk.length;
			if (written > bytes) throw wrong(wheel, `${member} has more than ${bytes} bytes`);
			hash.update(chunk);
			for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
		};
		const archive = new Unzip((file) => {
			if (file.name !== member) return;
			file.ondata = take;
			file.start();
		});
		archive.register(UnzipInflate);
		for await (const chunk of createReadStream(wheel, { highWaterMark: 1 << 20 })) {
			signal?.throwIfAborted();
			archive.push(chunk);
		}
	} finally {
		closeSync(fd);
	}
	if (written === 0) throw wrong(wheel, `there is no ${member} in it`);
	const found = hash.digest('hex');
	if (found !== sha256) throw wrong(wheel, `${member} has SHA-256 ${found}, and not ${sha256}`);
}

function wrong(wheel: string, what: string, cause?: unknown): SteeringError {
	return new SteeringError('ERR_BAD_FILE', `${wheel}: ${what}`, {
		hint: 'it is damaged, or another file: get it again',
		...(cause === undefined ? {} : { cause }),
	});
}
