import { existsSync } from 'node:fs';
import { link, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isGgufName } from '../../checkpoints/index.js';
import { readModel } from '../../onnx/index.js';
import { findOnnxFile } from '../onnx-file.js';
import { shardNames } from './checkpoint-parts.js';

export const isCommit = (revision: string) => /^[0-9a-f]{40}$/.test(revision);

/**
 * The model of the snapshot that a revision is, as far as the cache knows: its ONNX file, its folder of safetensors, or the GGUF
 * file asked for. Undefined unless it is there with all its weights and a tokenizer: a cache may hold parts of a repository only.
 */
export async function cachedModel(
	repository: string,
	revision: string,
	file: string | undefined,
): Promise<string | undefined> {
	const ref = isCommit(revision)
		? revision
		: await readFile(join(repository, 'refs', revision), 'utf8').catch(() => '');
	const snapshot = join(repository, 'snapshots', ref.trim());
	if (!isCommit(ref.trim()) || !existsSync(snapshot)) return undefined;
	if (file !== undefined && isGgufName(file)) {
		return existsSync(join(snapshot, file)) ? join(snapshot, file) : undefined;
	}
	const graph = file ?? (await findOnnxFile(snapshot));
	return graph === undefined ? await wholeCheckpoint(snapshot) : wholeGraph(join(snapshot, graph));
}

function wholeGraph(path: string): string | undefined {
	if (!existsSync(path)) return undefined;
	const folder = dirname(path);
	const hasTokenizer = [folder, dirname(folder)].some((place) => existsSync(join(place, 'tokenizer.json')));
	const hasWeights = weightLocations(path).every((location) => existsSync(join(folder, location)));
	return hasTokenizer && hasWeights ? path : undefined;
}

async function wholeCheckpoint(snapshot: string): Promise<string | undefined> {
	const has = (name: string) => existsSync(join(snapshot, name));
	const hasWords = has('config.json') && (has('tokenizer.json') || has('tokenizer.model'));
	return hasWords && (await shardNames(snapshot)).every(has) ? snapshot : undefined;
}

/** The files, relative to the graph's folder, in which a graph keeps its weights. */
export function weightLocations(onnxPath: string): string[] {
	const { initializers } = readModel(onnxPath).graph;
	return [...new Set(initializers.flatMap(({ data }) => (data.kind === 'external' ? [data.location] : [])))];
}

/** Makes a blob appear in a snapshot: by a relative link as Python does, or a hard link where links need privileges. */
export async function linkBlob(blob: string, pointer: string): Promise<void> {
	if (existsSync(pointer)) return;
	await mkdir(dirname(pointer), { recursive: true });
	await symlink(relative(dirname(pointer), blob), pointer).catch(async ({ code }) => {
		if (code !== 'EEXIST') await link(blob, pointer);
	});
}
