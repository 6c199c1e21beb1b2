/**
 * onnxruntime reports what runs where to its makers: it keeps an id of the machine and a database in `~/.cache/Microsoft`, and sends
 * them by HTTPS. What a researcher runs is nobody else's business.
 */
export const TELEMETRY_OFF = { ORT_DISABLE_TELEMETRY: '1' };
