export type { ReportData, ReportReplies } from './report-data.js';
