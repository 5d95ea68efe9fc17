import { parseJson, writeJson, type JsonValue } from '@kubewarden/policy';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import { errorText } from '../host/errors.ts';
import { decodeRequest, hostRequestTypes } from '../host/request-fields.ts';
import type { HostRequest } from '../host/request.ts';
import { TranscriptError, type HostExchange } from './exchange.ts';

/**
 * Reads the session file of `kwctl run --replay-host-capabilities-interactions` (kwctl.md 7.7).
 *
 * @throws TranscriptError naming line and column
 */
export function parseTranscript(text: string): HostExchange[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) throw at(lines, problem.pos[0], problem.message.split('\n', 1)[0]!);
  const { contents } = document;
  if (isEmpty(contents)) return [];
  if (!isSeq(contents)) throw at(lines, contents.range?.[0], 'a list of exchanges is expected');
  return contents.items.map((item) => parseExchange(item as Node, lines));
}

function parseExchange(node: Node, lines: LineCounter): HostExchange {
  if (!isMap(node)) throw at(lines, node.range?.[0], 'an exchange must be a mapping');
  const type = node.get('type');
  if (type !== undefined && type !== 'Exchange') {
    throw at(lines, node.range?.[0], `unknown type of entry: ${JSON.stringify(type)}`);
  }
  const request = node.get('request', true) as Node | undefined;
  const requestText = stringMember(node, 'request', lines);
  let decoded: HostRequest;
  try {
    decoded = parseRequest(requestText);
  } catch (error) {
    throw at(lines, request?.range?.[0], `request: ${errorText(error)}`, error);
  }
  const response = node.get('response');
  if (!isMap(response)) throw at(lines, node.range?.[0], 'the response must be a mapping');
  return { request: decoded, response: parseResponse(response, lines) };
}

function parseResponse(node: YAMLMap, lines: LineCounter): HostExchange['response'] {
  const type = node.get('type');
  if (type === 'Success') {
    return { type, payload: new TextEncoder().encode(stringMember(node, 'payload', lines)) };
  }
  if (type === 'Error') return { type, message: stringMember(node, 'message', lines) };
  throw at(lines, node.range?.[0], 'the type of a response must be Success or Error');
}

/** A request is a YAML document inside a string: a mapping whose tag is the type. */
function parseRequest(text: string): HostRequest {
  const document = parseDocument(text, { intAsBigInt: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  const { contents } = document;
  if (!isMap(contents)) throw new TranscriptError('a mapping with a tag is expected');
  const type = hostRequestTypes.find((name) => `!${name}` === contents.tag);
  if (type === undefined) throw new TranscriptError(`unknown type of request: ${contents.tag ?? 'no tag'}`);
  const fields = toJsonValue(document.toJS({ mapAsMap: true }));
  return decodeRequest(type, { document: parseJson(writeJson(fields)), positions: false }, 0);
}

/** Checks what YAML has and JSON has not: keys that are not strings. */
function toJsonValue(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (!(value instanceof Map)) return value as JsonValue;
  const members = new Map<string, JsonValue>();
  for (const [key, member] of value as ReadonlyMap<unknown, unknown>) {
    if (typeof key !== 'string') throw new TranscriptError('the keys of a mapping must be strings');
    members.set(key, toJsonValue(member));
  }
  return members;
}

function stringMember(node: YAMLMap, name: string, lines: LineCounter): string {
  const value = node.get(name);
  if (typeof value !== 'string') throw at(lines, node.range?.[0], `\`${name}\` must be a string`);
  return value;
}

function isEmpty(node: Node | null): node is null {
  return node === null || (isScalar(node) && node.value === null);
}

function at(
  lines: LineCounter,
  offset: number | undefined,
  message: string,
  cause?: unknown,
): TranscriptError {
  const { line, col } = lines.linePos(offset ?? 0);
  return new TranscriptError(`line ${line}, column ${col}: ${message}`, { cause });
}
