import type { Run } from './job.js';
import type { JobState } from './run-status.js';

const STYLES: Partial<Record<JobState, string>> = {
	done: 'fill:#d5f0d5,stroke:#2a7f2a,color:#123',
	submitted: 'fill:#eef4fc,stroke:#7090c0,color:#123',
	running: 'fill:#d8e8fb,stroke:#2060b0,color:#123',
	failed: 'fill:#fbd8d8,stroke:#b02020,color:#123',
	skipped: 'fill:#eee,stroke:#999,color:#555,stroke-dasharray:4',
	interrupted: 'fill:#fdeecb,stroke:#b07a10,color:#123',
};

/** The run as a Mermaid flowchart, an arrow from each job to those that need it, coloured by state. */
export function toMermaid(run: Run, states: ReadonlyMap<string, JobState> = new Map()): string {
	const ids = new Map(run.jobs.map((job, index) => [job.name, `j${index}`]));
	const lines = ['flowchart LR'];
	for (const { name } of run.jobs) {
		const state = states.get(name);
		lines.push(`\t${ids.get(name)}["${label(name)}"]${state && STYLES[state] ? `:::${state}` : ''}`);
	}
	for (const { name, needs } of run.jobs)
		for (const need of needs) lines.push(`\t${ids.get(need)} --> ${ids.get(name)}`);
	for (const [state, style] of Object.entries(STYLES)) lines.push(`\tclassDef ${state} ${style}`);
	return `${lines.join('\n')}\n`;
}

/** Mermaid's own escapes, `#34;` for a quote. */
function label(name: string): string {
	return name.replace(/[#"<>&`]/g, (char) => `#${char.charCodeAt(0)};`);
}
