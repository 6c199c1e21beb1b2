import { expect, test } from 'vitest';
import { SlurmCommandError } from './slurm-commands.js';

// Words of Slurm 22.05 whose controller was killed during the request, or before it.
test.each([
	'squeue: slurm_load_jobs error: Unable to contact slurm controller (connect failure)',
	'squeue: slurm_load_jobs error: Connection reset by peer',
	'squeue: slurm_load_jobs error: Transport endpoint is not connected',
	'sbatch: sbatch: error: Batch job submission failed: Transport endpoint is not connected',
	'sbatch: sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received',
	'scancel: scancel: error: Kill job error on job id 1: Resource temporarily unavailable',
	'scontrol: Unexpected message received for job 1',
	'sbatch: sbatch: error: slurm_msg_sendto: address:port=127.0.0.1:45423 msg_type=4003: Unexpected missing socket error',
])('not answered: %s', (words) => {
	expect(new SlurmCommandError(words).isUnreachable).toBe(true);
});

test.each([
	'sbatch: sbatch: error: Batch job submission failed: Invalid partition name specified',
	'sbatch: sbatch: error: Batch job submission failed: Requested node configuration is not available',
	'sbatch: sbatch: error: Batch job submission failed: Job dependency problem',
	'scancel: scancel: error: Kill job error on job id 1: Invalid job id specified',
	'sacct: Slurm accounting storage is disabled',
	'sbatch: sbatch: error: invalid time limit specified: soon',
])('refused: %s', (words) => {
	expect(new SlurmCommandError(words).isUnreachable).toBe(false);
});
