import { manifestSchema } from '@steering/core/artifacts';
import { best, canonical, compare, group, sha256 } from './canonical.js';
import { parsed } from './kept-aside.js';

/** One content of a binary file, with what its manifest says made it. */
export interface Variant {
	/** Where the bytes lie. */
	from: string;
	size: number;
	sha: string;
	/** Manifest without versions, as canonical JSON; '' where there is none. */
	made: string;
	manifest?: string | undefined;
}

export function variant(path: string, data: Pick<Variant, 'from' | 'size' | 'sha'>, manifest?: string): Variant {
	if (manifest === undefined) return { ...data, made: '' };
	const { versions: _, ...made } = parsed(`${path}.manifest.json`, manifest, manifestSchema);
	return { ...data, made: canonical(made), manifest };
}

/** Names the files of a variant in `conflicts/`. */
export function variantHash({ sha, made }: Variant): string {
	return sha256(`${sha} ${made}`).slice(0, 16);
}

/** Without the same bytes of unknown origin, and with one manifest of those that differ in versions alone. */
export function normalVariants(variants: readonly Variant[]): Variant[] {
	const same = [...group(variants, variantHash).values()];
	const latest = same.map((each) => best(each, (a, b) => compare(b.manifest ?? '', a.manifest ?? ''))!);
	return latest.filter(
		({ sha, made }) => made !== '' || !latest.some((other) => other.sha === sha && other.made !== ''),
	);
}

/** The one that stands for all: the largest, of those with a manifest; the others are kept aside. */
export function chosenVariant(variants: readonly Variant[]): Variant | undefined {
	const hasManifest = ({ made }: Variant) => Number(made !== '');
	return best(
		variants,
		(a, b) => b.size - a.size || hasManifest(b) - hasManifest(a) || compare(variantHash(a), variantHash(b)),
	);
}
