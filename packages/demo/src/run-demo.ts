import { parseSettings, type Settings } from '@steering/core/settings';
import { type EvaluatedFile, evaluate } from '@steering/eval';
import { generateVectors } from '@steering/generate-vectors';
import { drawPlots, type PlotFile } from '@steering/plots';
import { steer } from '@steering/steer';

/** From no refusal at all to refusal of everything, with what lies between. */
export const DEMO_MULTS = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1];
/** Enough for smooth curves, few enough for a minute on two cores. */
export const DEMO_PROMPTS = 25;
export const DEMO_REPEATS = 4;

/**
 * The embedded model at its own layer. The temperature differs from the commands' default of 1.5, so that the demo's files have
 * names of their own and never stand in the way of `pnpm steer`.
 */
export function demoSettings(layer: number): Settings {
	return parseSettings({ model: 'organism', layer, temp: 1 });
}

/** The commands, as somebody would type them to do what the demo does. */
export function demoCommands(settings: Settings): string[] {
	const flags = `--temp ${settings.temp}`;
	return [
		'pnpm generate-vectors',
		`pnpm steer ${flags} --mults ${DEMO_MULTS.join(' ')} --prompts ${DEMO_PROMPTS} --repeats ${DEMO_REPEATS}`,
		`pnpm eval ${flags}`,
		`pnpm plots ${flags}`,
		'pnpm plots --kind geometry --dataset prompts',
	];
}

/** Told how far each step is; a step with nothing to do has a total of 0. */
export interface DemoProgress {
	start(step: 'vectors' | 'replies' | 'scores', total: number): void;
	tick(units: number): void;
	end(): void;
}

export interface DemoResult {
	scored: EvaluatedFile[];
	/** Scores against multipliers, then activations by layer. */
	plots: PlotFile[];
}

/** Vectors, steered replies, scores and pictures of refusal on the embedded model, through the commands' own functions. */
export async function runDemo(
	settings: Settings,
	root: string,
	progress: DemoProgress,
	signal?: AbortSignal,
): Promise<DemoResult> {
	const steps = (step: Parameters<DemoProgress['start']>[0]) => ({
		onStart: (total: number) => progress.start(step, total),
		onProgress: (units: number) => progress.tick(units),
	});
	const during = <T>(work: Promise<T>) => work.finally(() => progress.end());
	await during(generateVectors({ settings, root, signal, ...steps('vectors') }));
	await during(
		steer({
			settings,
			root,
			mults: DEMO_MULTS,
			prompts: DEMO_PROMPTS,
			repeats: DEMO_REPEATS,
			signal,
			...steps('replies'),
		}),
	);
	const scored = await during(evaluate({ settings, root, mults: DEMO_MULTS, signal, ...steps('scores') }));
	const plots = await drawPlots({ settings, root, mults: DEMO_MULTS, signal });
	const { model, dataset } = settings;
	plots.push(...(await drawPlots({ kind: 'geometry', filter: { model, dataset }, root, signal })));
	return { scored, plots };
}
