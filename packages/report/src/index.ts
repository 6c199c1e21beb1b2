export { makeReport, type ReportOptions } from './make-report.js';
export type { ReportData, ReportReplies } from './report-data.js';
