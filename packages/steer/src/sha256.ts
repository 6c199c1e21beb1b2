import { createHash } from 'node:crypto';

/** The first 32 hexadecimal digits. */
export function sha256(data: string): string {
	return createHash('sha256').update(data).digest('hex').slice(0, 32);
}
