import { isGgufName } from '../../checkpoints/find-checkpoint.js';

/** A model of the hub as a user writes it. */
export interface HubName {
	/** `ORG/NAME`. */
	readonly id: string;
	/** A branch, a tag or a commit. */
	readonly revision?: string | undefined;
	/** One ONNX or GGUF file of the repository. */
	readonly file?: string | undefined;
}

const NAME = /^([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?(?:\/([\w./-]+\.(?:onnx|gguf)))?$/i;

/** `ORG/NAME[@REVISION][/FILE]`; undefined for anything else, paths of files that are not there included. */
export function parseHubName(text: string): HubName | undefined {
	const [, id, revision, file] = NAME.exec(text) ?? [];
	const isPath = /^\.\.?\//.test(text) || (file === undefined && (isGgufName(text) || text.endsWith('.onnx')));
	return id === undefined || isPath ? undefined : { id, revision, file };
}
