import { join, posix } from 'node:path';
import { writeFileAtomic } from '../../artifacts/write-file-atomic.js';
import { isGgufName } from '../../checkpoints/index.js';
import { SteeringError } from '../../errors/index.js';
import { genaiDecoder, ONNX_FILES } from '../onnx-file.js';
import { hasSafetensors, SHARD_INDEX, shardNames } from './checkpoint-parts.js';
import { fetchFiles, type Repository } from './fetch-files.js';
import { cachedModel, isCommit, weightLocations } from './hub-cache.js';
import { hubError, isUnreachable, localHint } from './hub-error.js';
import { repositoryFolder } from './hub-folders.js';
import { type HubPlace, listRepository } from './hub-listing.js';
import type { HubName } from './hub-name.js';

export interface HubRequest extends HubName {
	/** Of a model of the registry: named in errors, and its cached files are used without asking whether there are newer ones. */
	readonly registryName?: string | undefined;
	readonly env?: NodeJS.ProcessEnv | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly onDownload?: ((file: string, done: number, total: number) => void) | undefined;
}

const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja'];
const CONFIG_FILES = [...TOKENIZER_FILES, 'config.json', 'generation_config.json', 'genai_config.json'];

/**
 * A model of the hub, in Hugging Face's cache. Returns a path there: of its ONNX file, weights and tokenizer beside it; of the
 * GGUF file asked for; or, where the repository has no ONNX file, of the folder with its safetensors.
 * Only what is needed is downloaded. What is cached whole is used without asking the hub, if a file, a commit or a registry
 * name was given: a command gives the same weights tomorrow. The cache also serves when the hub cannot be reached.
 * Honours HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE.
 * @throws ERR_MISSING_INPUT if there is no such model, file or permission, ERR_NETWORK, ERR_ABORTED, ERR_FAILED for a full disk
 */
export async function hubModel(request: HubRequest): Promise<string> {
	const { id, file, env = process.env, revision = 'main', registryName } = request;
	const folder = repositoryFolder(env, id);
	const cached = () => cachedModel(folder, revision, file);
	const isOffline = /^(1|on|yes|true)$/i.test(env.HF_HUB_OFFLINE ?? '');
	const isSettled = file !== undefined || registryName !== undefined || isCommit(revision);
	const found = isSettled || isOffline ? await cached() : undefined;
	if (found !== undefined) return found;
	if (isOffline) {
		throw new SteeringError(
			'ERR_MISSING_INPUT',
			`${id} is not in ${folder}, and HF_HUB_OFFLINE forbids to download it`,
			{ hint: localHint(registryName) },
		);
	}
	const endpoint = (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
	const token = env.HF_TOKEN || undefined;
	const place: HubPlace = { id, revision, registryName, endpoint, token, signal: request.signal };
	const listing = await listRepository(place).catch((error) => ({ error }));
	if ('error' in listing) {
		const fallback = isUnreachable(listing.error) ? await cached() : undefined;
		if (fallback !== undefined) return fallback;
		throw hubError(listing.error, place);
	}
	return await fetchModel({ ...place, ...listing, folder, onDownload: request.onDownload }, file).catch((error) => {
		throw hubError(error, place);
	});
}

async function fetchModel(repository: Repository, wanted: string | undefined): Promise<string> {
	const { folder, commit, revision, files } = repository;
	const snapshot = join(folder, 'snapshots', commit);
	await fetchFiles(repository, ['genai_config.json']);
	const file = wanted ?? (await genaiDecoder(snapshot)) ?? ONNX_FILES.find((name) => files.has(name));
	if (file === undefined ? !hasSafetensors(files) : !files.has(file)) throw nothingToUse(repository, file);
	if (file === undefined) await fetchCheckpoint(repository, snapshot);
	else if (isGgufName(file)) await fetchFiles(repository, [file]);
	else await fetchGraph(repository, snapshot, file);
	// Last: whoever finds this commit by its name finds a whole model.
	if (!isCommit(revision)) await writeFileAtomic(join(folder, 'refs', revision), commit);
	return file === undefined ? snapshot : join(snapshot, file);
}

async function fetchGraph(repository: Repository, snapshot: string, file: string): Promise<void> {
	// Tokenizer and configuration may lie in the graph's folder, the one above, or at the top.
	const folder = posix.dirname(file);
	const places = ['.', posix.dirname(folder), folder];
	const config = places.flatMap((place) => CONFIG_FILES.map((name) => posix.join(place, name)));
	await fetchFiles(repository, [...config, file]);
	const weights = weightLocations(join(snapshot, file)).map((location) => posix.join(folder, location));
	await fetchFiles(repository, weights);
}

async function fetchCheckpoint(repository: Repository, snapshot: string): Promise<void> {
	await fetchFiles(repository, [...CONFIG_FILES, 'tokenizer.model', SHARD_INDEX]);
	const shards = await shardNames(snapshot);
	const missing = shards.find((name) => !repository.files.has(name));
	if (missing !== undefined) throw nothingToUse(repository, missing);
	await fetchFiles(repository, shards);
}

function nothingToUse({ id, files, registryName }: Repository, file: string | undefined): SteeringError {
	const gguf = [...files.keys()].filter(isGgufName).sort();
	const hint =
		file === undefined && gguf.length > 0
			? `name one of its ${gguf.length} GGUF files, as ${id}/${gguf[0]}`
			: `give one that has, ORG/NAME/PATH.onnx or .gguf for one file of it, or ${localHint(registryName)}`;
	const what = file ?? 'ONNX file and no safetensors';
	return new SteeringError('ERR_MISSING_INPUT', `${id} has no ${what} on the hub`, { hint });
}
