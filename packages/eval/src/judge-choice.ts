import { SteeringError } from '@steering/core/errors';
import { modelLabel } from '@steering/core/settings';
import type { ResponseFile } from './response-files.js';

/** The model that judges its own replies unless told otherwise: it was trained to. */
const SELF_JUDGE = 'organism';

/** Who judges a file: a model in this process, or the server. */
export type JudgeChoice = { kind: 'local'; model: string } | { kind: 'server' };

/** What the caller asked for. */
export interface AskedJudges {
	/** With `server` the served model's name, without it a local model: registry name, folder or hub id. */
	judgeModel?: string | undefined;
	server?: object | undefined;
}

/** The server or the model asked for, else the organism for its own replies, else the server on the default port. */
export function judgeChoice({ settings }: ResponseFile, { judgeModel, server }: AskedJudges): JudgeChoice {
	if (server) return { kind: 'server' };
	if (judgeModel !== undefined) return { kind: 'local', model: judgeModel };
	return modelLabel(settings.model) === SELF_JUDGE ? { kind: 'local', model: SELF_JUDGE } : { kind: 'server' };
}

/** What is said of settings of a judge server where a local model judges: they would do nothing. */
export function serverSettingsRefused(): SteeringError {
	return new SteeringError('ERR_USAGE', '--wait, --concurrency, --retries and --timeout are for a judge server', {
		hint: 'a local model judges here: leave them out, or name a server with --port, --base-url or --server',
	});
}
