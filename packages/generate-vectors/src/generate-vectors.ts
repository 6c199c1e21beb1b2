import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { toolkitVersion, withLock } from '@steering/core/artifacts';
import { loadPromptPairs, type PromptPairs, promptPairsPath, resolveDataRoot } from '@steering/core/datasets';
import {
	type AskedDevice,
	HookedModel,
	type ListedLayer,
	layerList,
	modelIdentity,
	type PreparationHooks,
} from '@steering/core/model';
import { hookName, type Precision } from '@steering/core/onnx';
import { actsPath, eraserPath, type Settings, vecPath } from '@steering/core/settings';
import { type Provenance, readProvenance, sameProvenance } from '@steering/core/vectors';
import { type AnswerExample, answerExamples } from './answer-examples.js';
import { captureAll, captureJournal } from './capture-all.js';
import { type LayerFiles, logOddsFiles, meanDifferenceFiles, sidesOf } from './layer-files.js';

export interface GenerateVectorsOptions {
	/** `layer` is not read: vectors of all layers come from the same passes. */
	settings: Settings;
	/** The folder that holds artifacts/. */
	root: string;
	/** A folder of data sets; default: see resolveDataRoot. */
	data?: string | undefined;
	overwrite?: boolean | undefined;
	/** Default `exact`: what is measured is computed in float32. */
	precision?: Precision | undefined;
	threads?: number | undefined;
	device?: AskedDevice | undefined;
	signal?: AbortSignal | undefined;
	/** Told what happens before the model can be opened: downloads, a build. */
	preparation?: PreparationHooks | undefined;
	/** Called once with the number of prompts, then for each that is done. */
	onStart?: ((prompts: number) => void) | undefined;
	onProgress?: ((done: number) => void) | undefined;
}

export interface GeneratedVectors {
	/** One vector file a layer, in layer order; the activations they come from lie in artifacts/acts. */
	vectors: string[];
	positives: number;
	negatives: number;
	/** Whether files of the same model, data and prompts were there already, and nothing was run. */
	skipped: boolean;
}

/**
 * The mean-difference vector of every layer (with `residual`, of every sub-layer), and the activations it comes from; with
 * `logit` the log-odds vector and its eraser (SPEC 1.1 to 1.3). Throws ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_UNSUPPORTED_GRAPH, ERR_LOCKED.
 */
export async function generateVectors(options: GenerateVectorsOptions): Promise<GeneratedVectors> {
	const { settings, root } = options;
	const dataRoot = resolveDataRoot({ data: options.data, model: settings.model });
	const pairs = await loadPromptPairs(settings, dataRoot);
	const model = await HookedModel.load(settings.model, {
		precision: options.precision ?? 'exact',
		threads: options.threads,
		device: options.device,
		signal: options.signal,
		...options.preparation,
	});
	try {
		const work = planWork({ settings, root, model, dataPath: promptPairsPath(settings, dataRoot) }, pairs);
		const vectors = work.layers.map(({ index }) => vecPath(settings, index));
		const result = { vectors, positives: work.positives, negatives: work.examples.length - work.positives };
		return await withLock(join(root, vectors[0]!), async () => {
			if (!options.overwrite && (await allThere(work))) return { ...result, skipped: true };
			options.onStart?.(work.examples.length);
			await captureAndWrite(work, options);
			return { ...result, skipped: false };
		});
	} finally {
		await model.release();
	}
}

interface Work {
	model: HookedModel;
	layers: ListedLayer[];
	/** Token ids that are run, positives first. */
	examples: number[][];
	positives: number;
	/** With `logit`, the answer token of each example and the other one; the examples are then the positives only. */
	answers: AnswerExample[] | undefined;
	settings: Settings;
	root: string;
	/** The file that the examples come from. */
	dataPath: string;
}

type Task = Pick<Work, 'settings' | 'root' | 'model' | 'dataPath'>;

function planWork(task: Task, { positives, negatives }: PromptPairs): Work {
	const { settings, model, dataPath } = task;
	const layers = layerList({ residual: settings.residual, layer: 'all' }, model.info.layers);
	const shared = { ...task, layers };
	if (settings.logit) {
		const answers = answerExamples(positives, { tokenizer: model.tokenizer, settings, path: dataPath });
		return { ...shared, answers, examples: answers.map(({ ids }) => ids), positives: answers.length };
	}
	const examples = [...positives, ...negatives].map(({ messages }) => model.tokenizer.encodeChat(messages));
	return { ...shared, answers: undefined, examples, positives: positives.length };
}

function provenanceOf(work: Work, layer: ListedLayer): Provenance {
	const { model, examples, settings } = work;
	const { name, ...identity } = modelIdentity(model.info);
	return {
		model: name,
		...identity,
		hookPoint: hookName(layer.point),
		layer: layer.index,
		dataset: settings.dataset,
		behavior: settings.behavior ?? '',
		examples: createHash('sha256')
			.update(JSON.stringify(work.answers ?? examples))
			.digest('hex')
			.slice(0, 32),
		positives: work.positives,
		negatives: examples.length - work.positives,
		readout: 'last',
		version: toolkitVersion(),
	};
}

/** The files of a layer, the vector last: it is written last, so that where it is, the others are too. */
function filesOf(
	{ settings, root, answers }: Work,
	layer: ListedLayer,
): { positive: string; other: string; vector: string } {
	const acts = (positive: boolean) => join(root, actsPath(settings, { positive, layer: layer.index }));
	const other = answers ? join(root, eraserPath(settings, layer.index)) : acts(false);
	return { positive: acts(true), other, vector: join(root, vecPath(settings, layer.index)) };
}

/** A damaged file counts as absent. */
async function allThere(work: Work): Promise<boolean> {
	for (const layer of work.layers) {
		const { positive, other, vector } = filesOf(work, layer);
		const made = provenanceOf(work, layer);
		const sides = sidesOf(made);
		const files = [
			[positive, sides.positive],
			[other, work.answers ? made : sides.negative],
			[vector, made],
		] as const;
		for (const [path, wanted] of files) {
			const found = await readProvenance(path).catch(() => undefined);
			if (!found || !sameProvenance(found, wanted)) return false;
		}
	}
	return true;
}

/** What was captured before an interruption, if it was of the same model, examples and layers. */
function journalOf(work: Work) {
	const { version: _, ...source } = provenanceOf(work, work.layers[0]!);
	return captureJournal(filesOf(work, work.layers[0]!).vector, JSON.stringify(source));
}

/** Memory is that of a chunk of examples, and of a fit: activations go into drafts of their files as they arrive. */
async function captureAndWrite(work: Work, options: GenerateVectorsOptions): Promise<void> {
	const journal = journalOf(work);
	if (options.overwrite) journal.remove();
	const logOdds = new Float64Array(work.examples.length);
	const layers: LayerFiles[] = [];
	try {
		for (const layer of work.layers) layers.push(await openFiles(work, layer, logOdds));
		for await (const chunk of captureAll(work, journal, options)) {
			for (const [i, rows] of chunk.activations.entries()) await layers[i]!.add(chunk.start, rows);
			logOdds.set(chunk.logOdds, chunk.start);
		}
		// All fits are made before any file is in its place: activations that are not numbers leave every file as it was.
		for (const layer of layers) await layer.fit();
		for (const layer of layers) await layer.finish();
	} finally {
		journal.close();
		for (const layer of layers) await layer.discard();
	}
	journal.remove();
}

function openFiles(work: Work, layer: ListedLayer, logOdds: Float64Array): Promise<LayerFiles> {
	const target = {
		...filesOf(work, layer),
		provenance: provenanceOf(work, layer),
		name: `${work.dataPath} at ${hookName(layer.point)}`,
		examples: work.examples.length,
		width: work.model.info.width,
	};
	return work.answers ? logOddsFiles(target, logOdds) : meanDifferenceFiles(target);
}
