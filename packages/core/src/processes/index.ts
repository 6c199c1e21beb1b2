export { isAlive, isGroupAlive, type ProcessId, processesWithEnv, processId } from './process-table.js';
export { sendSignal, stopGroup, stopProcesses } from './stop-processes.js';
