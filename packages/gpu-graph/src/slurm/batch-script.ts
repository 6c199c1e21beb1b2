import type { Command, Job } from '../job.js';

export interface ScriptTask {
	readonly job: Job;
	/** The array task; 0 of a single job. */
	readonly task: number;
	/** Paths of the job's stdout and stderr. */
	readonly log: string;
	readonly err: string;
}

export interface ScriptPlace {
	readonly root: string;
	/** Folder of the records that the script leaves. */
	readonly dir: string;
	readonly token: string;
	/** Seconds between TERM and KILL for what is stopped. */
	readonly grace: number;
}

/**
 * The batch script of a submission. It may be started more than once (requeue): what is done stays done, and an attempt
 * that was cut off begins again, as commands resume. Everything from the run file is a quoted word in it.
 *
 * It leaves `TOKEN-TASK.start` when it begins, a line in `.attempts` for a failed attempt that another follows, and
 * `.exit` as its last act. No `.exit`: Slurm ended it, and says how.
 */
export function batchScript(tasks: readonly ScriptTask[], place: ScriptPlace): string {
	const cases = tasks.map(({ job, task, log, err }) => {
		return [
			`${task}) # ${job.name}`,
			`\tlog=${quote(log)} err=${quote(err)} gpus=${job.gpus} retries=${job.retries} limit=${job.timeout ?? ''}`,
			`\tinputs=${list(job.inputs)} outputs=${list(job.outputs)}`,
			`\tvariables=${list(Object.entries(job.env).map(([name, value]) => `${name}=${value}`))}`,
			`\tcommand=${list(words(job.command))} ;;`,
		].join('\n');
	});
	const header = `root=${quote(place.root)} dir=${quote(place.dir)} token=${place.token} grace=${place.grace}`;
	return `#!/bin/bash\n# Written by gpu-graph.\n${header}\n${BEGIN}${cases.join('\n')}\n${REST}`;
}

/** As `env` takes it, which would take a program with `=` in its name for a variable. */
function words(command: Command): readonly string[] {
	if (typeof command === 'string') return ['/bin/sh', '-c', command];
	return command[0]!.includes('=') ? ['/bin/sh', '-c', 'exec "$@"', 'sh', ...command] : command;
}

/** A word that a shell takes as it is. */
export function quote(word: string): string {
	return `'${word.replaceAll("'", "'\\''")}'`;
}

function list(words: readonly string[]): string {
	return `(${words.map(quote).join(' ')})`;
}

const BEGIN = `task=\${SLURM_ARRAY_TASK_ID:-0}
base=$dir/$token-$task
# Given up for lost and submitted anew: the later one does the work.
[ -e "$base.void" ] && exit 1
case $task in
`;

const REST = `*) echo "no task $task in this script" >&2; exit 1 ;;
esac
cd "$root" || exit 1
grep -q '"why":"done"' "$base.exit" 2>/dev/null && exit 0
rm -f "$base.exit"
now() { date +%s.%3N; }
# In one step, and on the disk before dependents start.
put() {
	printf '%s\\n' "$2" > "$1.tmp" && { sync "$1.tmp" 2>/dev/null; mv -f "$1.tmp" "$1"; }
}
finish() {
	put "$base.exit" "{\\"why\\":\\"$why\\",\\"code\\":$code,\\"started\\":$started,\\"ended\\":$(now)}"
	[ "$why" = done ] && exit 0
	exit 1
}
group_lives() { kill -0 -- "-$pid" 2>/dev/null; }
stop_group() {
	kill -TERM -- "-$pid" 2>/dev/null || return
	local end=$((SECONDS + grace + 1))
	while group_lives && [ "$SECONDS" -lt "$end" ]; do sleep 0.1; done
	kill -KILL -- "-$pid" 2>/dev/null
}
stop_for() { [ -n "$why" ] || { why=$1; stop_group; }; }
missing() { # the first of the files that is not there, as its number
	local number=0 file
	for file; do
		[ -e "$file" ] || { echo "$number"; return; }
		number=$((number + 1))
	done
}
attempt() {
	why= code=0 started=$(now) watch=
	code=$(missing "\${inputs[@]}")
	[ -n "$code" ] && { why=input; return; }
	set -m # a process group of its own
	env -- "\${variables[@]}" "\${command[@]}" < /dev/null >> "$log" 2>> "$err" &
	pid=$!
	[ -n "$limit" ] && { { sleep "$limit"; kill -USR2 $$; } > /dev/null 2>&1 & watch=$!; }
	set +m
	# The end of the time limit, of the job's own, and scancel or preemption.
	trap 'stop_for limit' USR1
	trap 'stop_for timeout' USR2
	trap 'stop_for stopped' TERM
	until wait "$pid"; code=$?; ! kill -0 "$pid" 2>/dev/null; do :; done
	[ -n "$watch" ] && kill -KILL -- "-$watch" 2>/dev/null
	trap '' USR1 USR2
	group_lives && stop_group # what it left would hold the next job's GPU
	[ -n "$why" ] && return
	[ "$code" -ne 0 ] && { why=exit; return; }
	code=$(missing "\${outputs[@]}")
	[ -n "$code" ] && why=output || { why=done code=0; }
}
number() { cat "$base.attempts" 2>/dev/null | wc -l; }
put "$base.start" "{\\"id\\":\\"\${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}\\",\\"host\\":\\"$(hostname)\\",\\"at\\":$(now)}"
[ "\${SLURM_RESTART_COUNT:-0}" -eq 0 ] && [ "$(number)" -eq 0 ] && { : > "$log"; : > "$err"; }
# Unique on a node among jobs that run at the same time; small enough to be added to a port.
export STEERING_SLOT=$((SLURM_JOB_ID % 20000))
export STEERING_THREADS=\${STEERING_THREADS:-\${SLURM_CPUS_ON_NODE:-1}}
[ "$gpus" -eq 0 ] && export CUDA_VISIBLE_DEVICES=
while :; do
	attempt
	case $why in
	done) finish ;;
	stopped) exit 143 ;; # Slurm did it and says why
	esac
	[ "$(number)" -ge "$retries" ] && finish
	echo "$why $code" >> "$base.attempts"
	if [ "$why" = limit ]; then
		trap 'exit 143' TERM
		# Its own TERM comes while it still waits for the answer.
		(trap '' TERM; exec scontrol requeue "$SLURM_JOB_ID") || finish
		sleep 600 & wait
		exit 143
	fi
done
`;
