import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CONFLICTS, fileError, manifestSchema, pythonJson, responsesSchema } from '@steering/core/artifacts';
import type { ZodType } from 'zod';
import type { Destination } from './destination.js';
import { asideText, type Facts } from './merge/kept-aside.js';
import { measureFacts, measuresFile, normalMeasures } from './merge/measures-file.js';
import { normal, type ResponseFact, responseFacts } from './merge/response-facts.js';
import { responseFile } from './merge/response-file.js';
import type { Merge, Unit } from './unit.js';
import type { Write } from './writes.js';

export async function mergeResponses(unit: Unit, to: Destination): Promise<Merge> {
	const paths = pathsOf(unit, to);
	const [ours, theirs] = [await textsAt(paths), await textsOf(unit)];
	if (isTheSame(ours, theirs)) return { writes: [], isNew: false, conflicts: [], asides: [] };
	const own = responseFacts({ path: paths.file, ...ours });
	const state = normal(new Map([...own, ...responseFacts({ path: unit.data?.path ?? unit.base, ...theirs })]));
	const { file, manifest, aside, conflicts } = responseFile(state);
	const kept = asideText(aside);
	const isSafe = !kept && !ours.aside && addsNothing(state, { path: paths.file, file: ours.file, manifest });
	const [first, second] = [changed(paths.manifest, ours.manifest, manifest), changed(paths.file, ours.file, file)];
	// As eval does, where that is safe; else a manifest only ever follows the file that it is about.
	const settled = isSafe ? [...first, ...second] : [...second, ...first];
	const guard = isSafe || settled.length === 0 ? [] : guarded(paths, ours, state, manifest);
	return {
		writes: [...guard, ...settled, ...changed(paths.aside, guard[0]?.text ?? ours.aside, kept)],
		isNew: ours.file === undefined && ours.aside === undefined,
		conflicts,
		asides: kept ? [paths.aside] : [],
	};
}

/** Most files of two machines are equal: byte for byte, and as this toolkit writes them, there is nothing to take apart. */
function isTheSame(ours: Texts, theirs: Texts): boolean {
	const { file, manifest } = ours;
	if (file === undefined || ours.aside !== undefined || theirs.aside !== undefined) return false;
	if (file !== theirs.file || manifest !== theirs.manifest) return false;
	const isWritten = (text: string, schema: ZodType) => {
		const read = schema.safeParse(jsonOf(text));
		return read.success && pythonJson(read.data) === text;
	};
	return isWritten(file, responsesSchema) && (manifest === undefined || isWritten(manifest, manifestSchema));
}

/** Undefined for what is no JSON: the schema refuses it, and who takes it apart says so. */
function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Whether the old file beside the new manifest says nothing that neither said: a killed process may leave them so. */
function addsNothing(state: Facts<ResponseFact>, between: Parameters<typeof responseFacts>[0]): boolean {
	return normal(new Map([...state, ...responseFacts(between)])).size === state.size;
}

/** First everything is kept aside, and no manifest lies beside a file that it is not about. */
function guarded(paths: Paths, ours: Texts, state: Facts<ResponseFact>, manifest: string | undefined): Write[] {
	const isOther = ours.manifest !== undefined && ours.manifest !== manifest;
	return [{ path: paths.aside, text: asideText(state) }, ...(isOther ? [{ path: paths.manifest }] : [])];
}

export async function mergeMeasures(unit: Unit, to: Destination): Promise<Merge> {
	const paths = pathsOf(unit, to);
	const [ours, theirs] = [await textsAt(paths), await textsOf(unit)];
	const own = measureFacts({ path: paths.file, ...ours });
	const state = normalMeasures(new Map([...own, ...measureFacts({ path: unit.data?.path ?? unit.base, ...theirs })]));
	const { file, aside, conflicts } = measuresFile(state);
	const kept = asideText(aside);
	const settled = changed(paths.file, ours.file, file);
	const needsGuard = settled.length > 0 && (kept !== undefined || ours.aside !== undefined);
	const guard: Write[] = needsGuard ? [{ path: paths.aside, text: asideText(state) }] : [];
	return {
		writes: [...guard, ...settled, ...changed(paths.aside, guard[0]?.text ?? ours.aside, kept)],
		isNew: ours.file === undefined && ours.aside === undefined,
		conflicts,
		asides: kept ? [paths.aside] : [],
	};
}

interface Paths {
	file: string;
	manifest: string;
	aside: string;
}
interface Texts {
	file?: string | undefined;
	manifest?: string | undefined;
	aside?: string | undefined;
}

function pathsOf({ base, folder }: Unit, to: Destination): Paths {
	return {
		file: to.place(folder, base),
		manifest: to.place(folder, `${base}.manifest.json`),
		aside: to.place(CONFLICTS, base),
	};
}

async function textsAt(paths: Paths): Promise<Texts> {
	return { file: await textAt(paths.file), manifest: await textAt(paths.manifest), aside: await textAt(paths.aside) };
}

async function textsOf({ data, manifest, asides }: Unit): Promise<Texts> {
	return {
		file: await textAt(data?.from, data?.path),
		manifest: await textAt(manifest?.from, manifest?.path),
		aside: await textAt(asides[0]?.from, asides[0]?.path),
	};
}

async function textAt(path: string | undefined, name = path): Promise<string | undefined> {
	if (path === undefined || !existsSync(path)) return undefined;
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
	} catch (cause) {
		throw fileError(name!, cause);
	}
}

function changed(path: string, before: string | undefined, after: string | undefined): Write[] {
	return before === after ? [] : [{ path, text: after }];
}
