import { SteeringError } from '@steering/core/errors';

/** Where judge servers are looked for, and started: the reference's port. */
export const DEFAULT_PORT = 8005;

/** The API of a server on this machine. */
export function loopbackUrl(port: number): string {
	return `http://127.0.0.1:${port}/v1`;
}

/** A base URL as the `openai` client takes it, `/v1` included; a host alone gets that. @throws SteeringError ERR_USAGE */
export function parseBaseUrl(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
		throw new SteeringError(
			'ERR_USAGE',
			`--base-url: '${text}' is no http(s) URL of an API, as http://127.0.0.1:8005/v1`,
		);
	}
	const path = url.pathname.replace(/\/+$/, '');
	return `${url.origin}${path === '' ? '/v1' : path}`;
}

/** The key of the environment; a server on this machine mostly wants none. @throws SteeringError ERR_USAGE */
export function apiKeyFor(baseUrl: string): string {
	const key = process.env.OPENAI_API_KEY;
	if (key) return key;
	const { hostname } = new URL(baseUrl);
	if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return 'none';
	throw new SteeringError('ERR_USAGE', `no API key for the judge server at ${hostname}`, {
		hint: 'set OPENAI_API_KEY (to anything, if the server wants none)',
	});
}
