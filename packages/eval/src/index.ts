export type { Agreement, GradeAgreement, YesNoAgreement } from './calibrate/agreement.js';
export { type CalibrateOptions, type Calibration, calibrate } from './calibrate/calibrate.js';
export {
	ENGLISH_EXCHANGES,
	type LabelledExchange,
	organismExchanges,
	readLabelledExchanges,
} from './calibrate/labelled-exchanges.js';
export { type EvaluatedFile, type EvaluateOptions, evaluate } from './evaluate.js';
export type { Judge, JudgeIdentity } from './judge.js';
export { GRADES, JUDGE_PROMPTS, type JudgePrompt, judgePromptHash, readJudgePrompt, YES_NO } from './judge-file.js';
export { type Exchange, judgeMessages } from './judge-messages.js';
export { type ParsedGrade, parseGrade, parseYesNo, type Score } from './judge-reply.js';
export type { ServerOptions } from './judge-server/judge-server.js';
export { LocalJudge, type LocalJudgeOptions } from './local-judge.js';
export { type Measured, type MeasureOptions, measure } from './measures/measure.js';
export { BASELINES, type Baseline, MEASURES, type Measure } from './measures/names.js';
export { type OpenedJudge, type OpenJudgeOptions, openJudge } from './open-judge.js';
export type { ScoreSummary } from './score-summary.js';
