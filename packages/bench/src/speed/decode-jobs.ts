import type { BenchJob } from '../job.js';
import type { BenchRow } from '../ratios.js';
import type { DecodeRequest } from './requests.js';
import { compete, type Round, requireReplies } from './rounds.js';
import { NEAR_TIE_REQUANTISED, sharedTokens } from './same-text.js';
import type { Side } from './side.js';
import {
	bareLoopSide,
	engineSide,
	genaiSide,
	llamaSide,
	type OpenSide,
	referenceSide,
	transformersJsSide,
} from './sides.js';
import { withModel, withSides } from './with-sides.js';
import { chatPrompts, type Steered, steering } from './workload.js';

/** What a side does in one round: rates are compared, so that the slower side may do less of the same. */
interface Work {
	prompts?: number;
	mults?: readonly number[];
	repeats: number;
	newTokens: number;
	steered: Steered;
}

interface DecodeJob {
	name: string;
	job: string;
	needs?: BenchJob['needs'];
	target: number | null;
	open: OpenSide;
	/** Tokens a second of the whole, prompts included, or after each reply's first token. */
	measure: 'whole' | 'decode';
	temperature: number;
	ours: Work;
	theirs: Work;
	against?: string;
	/** See same-text.ts. */
	nearTie?: number;
}

const SWEEP = [-1.5, -1, -0.5, 0, 0.5, 1, 1.5];
const stream = (repeats: number, steered: Steered): Work => ({ repeats, newTokens: repeats === 1 ? 48 : 16, steered });
const onTheOtherSide = (repeats: number, { name, ...side }: OtherSide, target: number | null): DecodeJob => ({
	...{ name: `stream-${repeats}${name}`, target, measure: 'decode', temperature: repeats === 1 ? 0 : 1.5 },
	job: `${repeats === 1 ? 'one stream' : `${repeats} streams`}, steered`,
	ours: stream(repeats, 'middle'),
	...side,
	theirs: stream(repeats, side.needs === 'llama.cpp' ? 'middle' : 'none'),
});

type OtherSide = Pick<DecodeJob, 'name' | 'open' | 'needs' | 'against' | 'nearTie'>;
const LLAMA: OtherSide = {
	name: '',
	open: llamaSide,
	needs: 'llama.cpp',
	against: 'llama.cpp with a control vector',
	nearTie: NEAR_TIE_REQUANTISED,
};
const GENAI: OtherSide = { name: '-genai', open: genaiSide, needs: 'genai', against: 'onnxruntime-genai, unsteered' };
const BARE: OtherSide = { name: '-bare', open: bareLoopSide, against: 'a bare onnxruntime-node loop, unsteered' };

/** A part of 25 prompts. `steer` writes 64 rows at a time, others join as they are done; the reference writes one. */
const STEER = { prompts: 3, repeats: 20, newTokens: 50, steered: 'middle' } as const;
const REFERENCE = { repeats: 1, newTokens: 50, steered: 'middle' } as const;
const sampled = { measure: 'whole', temperature: 1.5, needs: 'python', open: referenceSide } as const;

const DECODE_TABLE: readonly DecodeJob[] = [
	{
		...sampled,
		name: 'steer',
		job: 'steer: 3 prompts x 20 repeats x 50 tokens',
		target: 16,
		ours: STEER,
		theirs: REFERENCE,
	},
	{
		...sampled,
		name: 'steer-mults',
		job: 'steer: 1 prompt x 7 multipliers x 20 repeats x 50 tokens',
		target: 25,
		ours: { ...STEER, prompts: 1, mults: SWEEP },
		theirs: REFERENCE,
	},
	onTheOtherSide(1, LLAMA, 1),
	onTheOtherSide(1, GENAI, null),
	onTheOtherSide(1, BARE, null),
	onTheOtherSide(20, LLAMA, 1.3),
	onTheOtherSide(20, GENAI, null),
	onTheOtherSide(20, BARE, null),
	{
		...{
			name: 'transformers-js',
			job: 'greedy, one stream, unsteered',
			target: 1.3,
			measure: 'decode',
			temperature: 0,
		},
		open: transformersJsSide,
		ours: stream(1, 'none'),
		theirs: stream(1, 'none'),
	},
];

/** Decoding beside what a researcher would use instead. */
export const DECODE_JOBS: readonly BenchJob[] = DECODE_TABLE.map((entry) => ({
	name: entry.name,
	...(entry.needs ? { needs: entry.needs } : {}),
	run: (context) => withModel(context, (model) => run(entry, { model, context })),
}));

type Input = Parameters<OpenSide>[0];

function run(entry: DecodeJob, input: Input): Promise<BenchRow> {
	return withSides([engineSide('fast'), entry.open], input, async ([ours, theirs]) => {
		await compareTexts(entry, input, ours!, theirs!);
		return compete(
			{
				...{ name: entry.name, job: entry.job, target: entry.target, unit: 'tokens/s' },
				against: entry.against ?? theirs!.name,
				ours: () => rate(ours!, requestOf(entry.ours, entry, input), entry.measure),
				theirs: () => rate(theirs!, requestOf(entry.theirs, entry, input), entry.measure),
			},
			input.context,
		);
	});
}

/** Both sides' greedy reply to the first prompt, before anything is timed; unsteered where the other side cannot steer. */
async function compareTexts(entry: DecodeJob, input: Input, ours: Side, theirs: Side): Promise<void> {
	const work: Work = { repeats: 1, newTokens: COMPARED_TOKENS, steered: entry.theirs.steered };
	const request = { ...requestOf(work, { temperature: 0 }, input), mults: [STRONG], margins: true };
	const [own, other] = [await ours.ask(request), await theirs.ask({ ...request, margins: false })];
	const shared = sharedTokens(theirs.name, own.ids![0]!, other.ids![0]!, own.margins!, entry.nearTie);
	const parting = shared === COMPARED_TOKENS ? 'the same reply' : `the same reply up to a near tie at token ${shared}`;
	input.context.onNote(`${entry.name}: ${theirs.name} gives ${parting}`);
}

const COMPARED_TOKENS = 16;
/** Multiplier at which the vector changes the reply. */
const STRONG = 20;

function requestOf(work: Work, { temperature }: Pick<DecodeJob, 'temperature'>, { model }: Input): DecodeRequest {
	const { prompts = 1, mults = [1], repeats, newTokens, steered } = work;
	return {
		...{ op: 'decode', prompts: chatPrompts(model, prompts), mults, repeats, newTokens, temperature },
		...steering(model, steered),
	};
}

/** Tokens a second of a round whose replies are all there. */
export async function rate(side: Side, request: DecodeRequest, measure: 'whole' | 'decode'): Promise<Round> {
	const { prompts, mults, repeats, newTokens } = request;
	const replies = prompts.length * mults.length * repeats;
	const { ids, whole, decode } = await side.ask(request);
	requireReplies(side.name, ids!, replies, newTokens);
	const cost = measure === 'whole' ? whole : decode!;
	const tokens = replies * (measure === 'whole' ? newTokens : newTokens - 1);
	return { value: tokens / cost.seconds, cpu: tokens / cost.cpu };
}
