export { type DoctorOptions, doctor } from './doctor.js';
export type { Finding, Report, Section } from './finding.js';
