import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ChatTokenizer, type ModelFiles, resolveModel } from '@steering/core/model';
import { foldersIn, isFolder, isGraphName, type Places } from './places.js';

/** Where the files of a fixture's model are. */
export interface ModelPlace {
	name: string;
	/** Folder with tokenizer.json; undefined when there is none. */
	tokenizer: string | undefined;
	/** A graph each: `tiny/onnx-genai`, or just `smollm2`. */
	graphs: { label: string; folder: string }[];
	/** Why there are no graphs, where more is known than that. */
	reason?: string;
}

/**
 * Looks for a model's graphs in its own part (`DIR/tiny/onnx-*`), then among the models (`tiny/onnx-*`, `smollm2`,
 * `smollm2-135m-int4`).
 * @param others names of the other models: `smollm2-gguf` is not an edition of `smollm2`
 */
export function findModel(name: string, others: readonly string[], { fixtures, models }: Places): ModelPlace {
	const homes = [join(fixtures, name), ...(models === undefined ? [] : [join(models, name)])];
	const layouts = homes.map((home) => layoutsIn(name, home)).find((found) => found.length > 0);
	const graphs = layouts ?? editionOf(name, others, models);
	const folders = [...homes.map((home) => join(home, 'model')), ...graphs.map(({ folder }) => folder)];
	return { name, graphs, tokenizer: folders.find((folder) => existsSync(join(folder, 'tokenizer.json'))) };
}

function layoutsIn(name: string, home: string): ModelPlace['graphs'] {
	return foldersIn(home)
		.filter((layout) => isGraphName(layout) && hasGraph(join(home, layout)))
		.map((layout) => ({ label: `${name}/${layout}`, folder: join(home, layout) }));
}

function editionOf(name: string, others: readonly string[], models: string | undefined): ModelPlace['graphs'] {
	if (models === undefined) return [];
	const isEdition = (folder: string, model: string) => folder === model || folder.startsWith(`${model}-`);
	const closer = others.filter((other) => other.length > name.length);
	const folder = foldersIn(models)
		.filter((candidate) => isEdition(candidate, name) && !closer.some((other) => isEdition(candidate, other)))
		.map((candidate) => join(models, candidate))
		.find(hasGraph);
	return folder === undefined ? [] : [{ label: name, folder }];
}

function hasGraph(folder: string): boolean {
	return [folder, join(folder, 'onnx')].some(
		(place) => isFolder(place) && readdirSync(place).some((file) => file.endsWith('.onnx')),
	);
}

/** The files of one graph; its tokenizer may lie with the checkpoint instead of beside the graph. */
export async function filesOf(folder: string, { name, tokenizer }: ModelPlace): Promise<ModelFiles> {
	const onnxPath = join(folder, 'model.onnx');
	if (existsSync(join(folder, 'tokenizer.json')) || tokenizer === undefined || !existsSync(onnxPath)) {
		return await resolveModel(folder);
	}
	const own = { name, folder, onnxPath, onnxRealPath: realpathSync(onnxPath), tokenizerFolder: tokenizer };
	return { ...own, config: null, generationConfig: null };
}

/** Undefined when the model has no tokenizer here. */
export async function tokenizerOf({ tokenizer }: ModelPlace): Promise<ChatTokenizer | undefined> {
	return tokenizer === undefined ? undefined : await ChatTokenizer.load(tokenizer);
}
