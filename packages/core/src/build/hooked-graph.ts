import { SteeringError } from '../errors/index.js';
import { HOOK_SITES, type HookPoint, type InterventionForm } from '../onnx/index.js';

/** Written beside the model's graph, with the same weights. */
export const HOOKED_GRAPH = 'hooked.onnx';

export interface HookOptions {
	/** Hook points that a second graph takes interventions at: `15.resid_post`, or `resid_post` for each layer's. */
	hooks?: readonly string[] | undefined;
	/** What can be done there. Default: `affine`, which does what erasers and vectors need. */
	form?: InterventionForm | undefined;
}

/** The interventions of a hooked graph. @throws SteeringError ERR_USAGE for a hook point that the model does not have */
export function hookedPoints({ hooks = [], form = 'affine' }: HookOptions, layers: number) {
	const points = hooks.flatMap((hook) => pointsOf(hook, layers));
	const names = points.map(({ layer, site }) => `${layer}.${site}`);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice) throw new SteeringError('ERR_USAGE', `--hooks names ${twice} twice`);
	return points.map((point) => ({ point, form }));
}

function pointsOf(hook: string, layers: number): HookPoint[] {
	const [, number, name] = /^(?:(\d+)\.)?(\w+)$/.exec(hook) ?? [];
	const site = HOOK_SITES.find((each) => each === name);
	const layer = Number(number ?? 0);
	if (!site || layer >= layers) {
		throw new SteeringError('ERR_USAGE', `--hooks ${hook} is no hook point of a model of ${layers} layers`, {
			hint: `give LAYER.SITE, or SITE for all layers; sites are ${HOOK_SITES.join(', ')}`,
		});
	}
	return number === undefined
		? Array.from({ length: layers }, (_, each) => ({ layer: each, site }))
		: [{ layer, site }];
}
