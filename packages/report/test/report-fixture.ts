import type { Experiment, ReportData, ReportReplies } from '../src/report-data.js';

const WORDS =
	'the model says that it will help you write a plan for tea and bread but not this one because rivers are cold in winter and nobody knows why'.split(
		' ',
	);

/** Mulberry32: the same report at every run. */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

export const HOSTILE = [
	'<script>document.title = "run"; alert(1)</script>',
	'<img src=x onerror="document.title = \'run\'"> & <b>bold</b>',
	'</script><script src="https://example.invalid/x.js"></script>',
	'<svg onload="alert(2)"><a href="javascript:alert(3)">x</a></svg> "quoted" ‮right to left',
];

export interface FixtureOptions {
	experiments?: number;
	mults?: number[];
	prompts?: number;
	repeats?: number;
	/** Of each reply, about. */
	words?: number;
	scale?: Experiment['scale'];
}

/** A report of made-up replies in the form of real ones: steered replies share words with the unsteered one. */
export function report(options: FixtureOptions = {}): { data: ReportData; replies: ReportReplies } {
	const { experiments = 2, mults = [-2, 0, 2], prompts = 6, repeats = 1, words = 24, scale = 'ten' } = options;
	const next = random(7);
	const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
	const sentence = (length: number) => Array.from({ length }, () => pick(WORDS)).join(' ');
	const replies: ReportReplies = {
		prompts: Array.from({ length: prompts }, (_, i) => `Question ${i}: ${sentence(8)}?`),
		texts: [],
		labels: ['harmful', 'harmless'],
		rows: { experiment: [], mult: [], prompt: [], repeat: [], label: [], text: [], score: [] },
	};
	const score = (mult: number) => {
		if (scale === 'none') return null;
		const high = next() < 0.5 + mult / 10;
		return scale === 'yes' ? Number(high) : Math.floor(next() * 5) + (high ? 6 : 0);
	};
	for (let experiment = 0; experiment < experiments; experiment++) {
		for (let prompt = 0; prompt < prompts; prompt++) {
			for (let repeat = 0; repeat < repeats; repeat++) {
				const base = sentence(words).split(' ');
				for (const mult of mults) {
					const hostile = prompt === 0 && repeat === 0 && mult !== 0 ? HOSTILE[experiment % HOSTILE.length]! : '';
					const steered = base.map((word) => (mult !== 0 && next() < 0.25 ? pick(WORDS) : word)).join(' ');
					replies.rows.experiment.push(experiment);
					replies.rows.mult.push(mult);
					replies.rows.prompt.push(prompt);
					replies.rows.repeat.push(repeat);
					replies.rows.label.push(prompt % 2);
					replies.rows.score.push(score(mult));
					replies.rows.text.push(replies.texts.push(`${hostile} ${steered}`.trim()) - 1);
				}
			}
		}
	}
	return { data: reportData(experiments, mults, scale), replies };
}

function reportData(experiments: number, mults: number[], scale: Experiment['scale']): ReportData {
	const made = Array.from({ length: experiments }, (_, i) => experimentOf(i, mults, scale));
	return {
		title: 'Steering report <b>of tests</b>',
		versions: { steering: '0.1.0', 'onnxruntime-node': '1.23.2', node: '20.20.0' },
		experiments: made,
		best:
			scale === 'none' || experiments === 0 || !mults.includes(0)
				? []
				: [best(0, mults, scale), best(experiments - 1, mults, scale)],
		pictures: scale === 'none' ? [] : made.map(picture),
		notes: ['artifacts/broken.json: not JSON, left out <i>here</i>'],
	};
}

const best = (experiment: number, mults: number[], scale: Experiment['scale']) => ({
	behavior: experiment === 0 ? 'refusal' : 'sycophancy',
	experiment,
	mult: mults.at(-1)!,
	effect: scale === 'yes' ? 0.75 : 3.25,
	tradeoff: ['perplexity 12.1, from 9.8 unsteered', 'KL 0.31 nats per token'],
});

function experimentOf(i: number, mults: number[], scale: Experiment['scale']): Experiment {
	const name = `Morganism_Dprompts_L${i}_T1`;
	return {
		name,
		title: `Steering behavior ${i} in organism`,
		method: ['difference of means', `layer ${i}`, 'added at each token'],
		settings: { model: 'organism', layer: i, normalize: true, seed: null },
		scale,
		mults: mults.map((mult) => ({
			mult,
			file: `${name}_M${mult}.json`,
			figures:
				scale === 'none'
					? []
					: ['harmful', 'harmless'].map((label) => ({ label, mean: 5 + mult / 2, q25: 4, q75: 7.25, prompts: 64 })),
			measures: [{ name: 'perplexity', value: 9.8 + mult ** 2, interval: [9.1 + mult ** 2, 10.4 + mult ** 2] }],
		})),
		commands: [
			`pnpm generate-vectors --model organism --layer ${i}`,
			`pnpm steer --model organism --layer ${i} --multipliers ${mults.join(',')} --prompts prompts.jsonl --out artifacts/`,
		],
		manifest: {
			command: 'steer',
			arguments: { model: 'organism', layer: i, mults },
			environment: { node: '20.20.0', note: '<script>alert(4)</script>' },
			sizes: Array.from({ length: 250 }, (_, k) => k),
		},
	};
}

function picture({ title, mults }: Experiment, experiment: number): ReportData['pictures'][number] {
	const draw = (ink: string, ground: string) =>
		`<svg xmlns="http://www.w3.org/2000/svg" width="560" height="240" viewBox="0 0 560 240"><rect width="560" height="240" fill="${ground}"/><path d="M40 200L280 120L520 40" stroke="${ink}" stroke-width="2" fill="none"/><text x="40" y="24" fill="${ink}" font-family="sans-serif" font-size="14">${title}</text></svg>`;
	return {
		title,
		experiment,
		light: draw('#222', '#fff'),
		dark: draw('#eee', '#14171b'),
		table: mults.map(({ mult }) => ({ multiplier: mult, label: 'harmful', mean: 5 + mult / 2 })),
	};
}
