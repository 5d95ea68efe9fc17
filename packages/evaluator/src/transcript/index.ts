export { TranscriptError, type HostExchange } from './exchange.ts';
export { formatTranscript } from './format.ts';
export { parseTranscript } from './parse.ts';
export { recordExchanges, type Recording } from './record.ts';
export { replayExchanges, type Replay } from './replay.ts';
