import { InferenceSession } from 'onnxruntime-node';
import { TELEMETRY_OFF } from './telemetry-off.js';

// onnxruntime looks at its environment as the first session opens: so every session of ours comes from here.
Object.assign(process.env, TELEMETRY_OFF);

export { InferenceSession };
