import { folderVariable, MODELS, type ModelName } from '@steering/core/model-defaults';
import { type Finding, wrong } from './finding.js';

/** Each model of the registry: ready, or what it takes to be so. Those alike share a line. */
export async function modelFindings(env: NodeJS.ProcessEnv): Promise<Finding[]> {
	const names = Object.keys(MODELS) as ModelName[];
	const states = await Promise.all(names.map((name) => modelFinding(name, env)));
	const lines = new Map<string, Finding>();
	for (const finding of states) {
		const key = JSON.stringify({ ...finding, what: '' });
		const before = lines.get(key);
		lines.set(key, before ? { ...finding, what: `${before.what} ${finding.what}` } : finding);
	}
	return [...lines.values()];
}

async function modelFinding(what: ModelName, env: NodeJS.ProcessEnv): Promise<Finding> {
	const isOwn = Boolean(env[folderVariable(what)]);
	try {
		const { locateModel } = await import('@steering/core/model');
		const located = await locateModel(what, { env: { ...env, HF_HUB_OFFLINE: '1' } });
		if (located.kind === 'onnx') return { state: 'ok', what, about: 'ready' };
		const { cachedBuild } = await import('@steering/core/build');
		const isBuilt = cachedBuild({ source: located.path, sourceName: located.sourceName, env }) !== undefined;
		return { state: 'ok', what, about: isBuilt ? 'ready, built' : 'there; built at first use' };
	} catch (error) {
		const isAbsent =
			(error as { code?: string }).code === 'ERR_MISSING_INPUT' && !isOwn && 'hub' in MODELS[what].source;
		return isAbsent ? absentModel(what, env) : wrong(what, error);
	}
}

function absentModel(what: ModelName, env: NodeJS.ProcessEnv): Finding {
	const { source } = MODELS[what];
	const needsLicence = 'licence' in source;
	if (/^(1|on|yes|true)$/i.test(env.HF_HUB_OFFLINE ?? '')) {
		return { state: 'absent', what, about: 'not downloaded', todo: 'HF_HUB_OFFLINE forbids to' };
	}
	if (!needsLicence) return { state: 'absent', what, about: 'downloaded at first use' };
	if (env.HF_TOKEN)
		return { state: 'absent', what, about: 'downloaded and built at first use, if its licence is accepted' };
	return { state: 'absent', what, about: 'behind a licence', todo: 'set HF_TOKEN, or STEERING_MODEL_NAME=PATH' };
}
