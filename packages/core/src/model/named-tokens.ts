/** The tokens that a configuration names and a chat template may write. */
const NAMES = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'] as const;

export type NamedTokens = Readonly<Partial<Record<(typeof NAMES)[number], string>>>;

/** As text, also those with options, which exporters write as objects. Throws for an object without a text. */
export function namedTokens(config: Readonly<Record<string, unknown>>): NamedTokens {
	return Object.fromEntries(
		NAMES.flatMap((name) => {
			const token = config[name];
			return token ? [[name, textOf(name, token)]] : [];
		}),
	);
}

function textOf(name: string, token: unknown): string {
	const text = typeof token === 'object' && token !== null && 'content' in token ? token.content : token;
	if (typeof text === 'string') return text;
	throw new Error(`${name} is no token: ${JSON.stringify(token)}`);
}
