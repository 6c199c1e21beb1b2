import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { CONFLICTS, fileError, openSafetensors, storedPath } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { Destination } from './destination.js';
import { chosenVariant, normalVariants, type Variant, variant, variantHash } from './merge/tensor-variants.js';
import type { Merge, Unit } from './unit.js';
import type { Write } from './writes.js';

/** Binary files are the same or not: the largest stands, the others are kept aside with their manifests. */
export async function mergeTensors(unit: Unit, to: Destination): Promise<Merge> {
	const path = to.place(unit.folder, unit.base);
	const current = existsSync(path) ? await variantAt(path) : undefined;
	const asides = await asidesIn(unit, to);
	const theirs = await variantsOf(unit);
	const state = normalVariants([...(current ? [current] : []), ...asides.values(), ...theirs]);
	const chosen = chosenVariant(state);
	const others = state.filter((each) => each !== chosen);
	const asideOf = (each: Variant) => to.place(CONFLICTS, `${unit.base}.${variantHash(each)}`);
	const wanted = new Set(others.map(asideOf));
	return {
		writes: [
			...others.flatMap((each) => (isSame(asides.get(asideOf(each)), each) ? [] : pair(asideOf(each), each))),
			...(chosen && !isSame(current, chosen) ? replaced(path, current, chosen) : []),
			...[...asides.keys()].filter((each) => !wanted.has(each)).flatMap(removed),
		],
		isNew: current === undefined && asides.size === 0,
		conflicts: others.length > 0 ? [`${others.length} other ${others.length === 1 ? 'file' : 'files'}`] : [],
		asides: [...wanted],
	};
}

function isSame(found: Variant | undefined, wanted: Variant): boolean {
	return found?.sha === wanted.sha && found.manifest === wanted.manifest;
}

function pair(path: string, { from, manifest }: Variant): Write[] {
	return [{ path, from }, ...(manifest === undefined ? [] : [{ path: manifestOf(path), text: manifest }])];
}

/** Never a manifest beside a file that it is not about. */
function replaced(path: string, current: Variant | undefined, chosen: Variant): Write[] {
	const manifest = { path: manifestOf(path), text: chosen.manifest };
	if (current?.sha === chosen.sha) return [manifest];
	return [
		{ path: manifestOf(path) },
		{ path, from: chosen.from },
		...(chosen.manifest === undefined ? [] : [manifest]),
	];
}

const removed = (path: string): Write[] => [{ path: manifestOf(path) }, { path }];
const manifestOf = (path: string) => `${path}.manifest.json`;

async function asidesIn({ base }: Unit, to: Destination): Promise<Map<string, Variant>> {
	const found = new Map<string, Variant>();
	for (const name of to.names(CONFLICTS).sort()) {
		const stored = storedPath(`${CONFLICTS}/${name}`);
		if (stored?.kind !== 'tensor' || stored.base !== base || stored.manifest) continue;
		const path = to.place(CONFLICTS, name);
		found.set(path, await variantAt(path));
	}
	return found;
}

async function variantsOf({ data, manifest, asides, base }: Unit): Promise<Variant[]> {
	const variants: Variant[] = [];
	if (data) variants.push(await variantAt(data.from, data.path, manifest?.from));
	for (const aside of asides.filter((each) => !each.manifest)) {
		const own = asides.find((each) => each.name === `${aside.name}.manifest.json`);
		variants.push(await variantAt(aside.from, aside.path, own?.from));
	}
	for (const { from } of variants) if (base.endsWith('.safetensors')) await requireTensors(from, data?.path ?? base);
	return variants;
}

/** What is copied is read once here, since whatever reads it later may be far away. */
async function requireTensors(from: string, path: string): Promise<void> {
	try {
		const file = await openSafetensors(from);
		await file.close();
	} catch (cause) {
		const reason = (cause as Error).message.replaceAll(from, path);
		throw new SteeringError('ERR_BAD_FILE', reason, { cause });
	}
}

async function variantAt(from: string, path = from, manifest = manifestOf(from)): Promise<Variant> {
	try {
		const hash = createHash('sha256');
		for await (const chunk of createReadStream(from)) hash.update(chunk);
		const data = { from, size: (await stat(from)).size, sha: hash.digest('hex') };
		return variant(path, data, existsSync(manifest) ? await readFile(manifest, 'utf8') : undefined);
	} catch (cause) {
		throw cause instanceof SteeringError ? cause : fileError(path, cause);
	}
}
