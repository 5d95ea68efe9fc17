import { defineGlobal } from '../natives.ts';
import { domainToAscii } from './domain.ts';
import { percentDecode, percentEncode, percentSets } from './percent.ts';

/** Schemes that have a host and a path like that of http, and their default ports (URL Standard, 4.2). */
const specialPorts: Readonly<Record<string, string>> = {
  'ftp:': '21',
  'file:': '',
  'http:': '80',
  'https:': '443',
  'ws:': '80',
  'wss:': '443',
};

interface Parts {
  protocol: string;
  username: string;
  password: string;
  /** Undefined where the URL has no authority. */
  host: string | undefined;
  port: string;
  /** Segments; a text for a path that is opaque (`mailto:somebody`). */
  path: string[] | string;
  query: string | undefined;
  fragment: string | undefined;
}

class InvalidUrl extends Error {}

function isSpecial(protocol: string): boolean {
  return Object.hasOwn(specialPorts, protocol);
}

function parseUrl(input: string, base: Parts | undefined): Parts {
  let rest = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '');
  const hash = rest.indexOf('#');
  const fragment = hash < 0 ? undefined : percentEncode(rest.slice(hash + 1), percentSets.fragment);
  if (hash >= 0) rest = rest.slice(0, hash);
  const scheme = /^([a-z][a-z0-9+.-]*:)(.*)$/is.exec(rest);
  const protocol = scheme?.[1]!.toLowerCase();
  const isRelativeOfSameScheme =
    protocol !== undefined &&
    isSpecial(protocol) &&
    base?.protocol === protocol &&
    !/^[/\\]/.test(scheme![2]!);
  if (protocol !== undefined && !isRelativeOfSameScheme)
    return parseAbsolute(protocol, scheme![2]!, fragment);
  if (base === undefined) throw new InvalidUrl();
  return parseRelative(isRelativeOfSameScheme ? scheme![2]! : rest, base, fragment);
}

function splitQuery(text: string, special: boolean): [string, string | undefined] {
  const mark = text.indexOf('?');
  if (mark < 0) return [text, undefined];
  const set = special ? percentSets.specialQuery : percentSets.query;
  return [text.slice(0, mark), percentEncode(text.slice(mark + 1), set)];
}

function parseAbsolute(protocol: string, text: string, fragment: string | undefined): Parts {
  const special = isSpecial(protocol);
  const [beforeQuery, query] = splitQuery(text, special);
  const hierarchy = special ? beforeQuery.replaceAll('\\', '/') : beforeQuery;
  const parts: Parts = {
    protocol,
    username: '',
    password: '',
    host: undefined,
    port: '',
    path: [],
    query,
    fragment,
  };
  if (special && protocol !== 'file:') {
    const [, authority, path] = /^\/*([^/]*)(.*)$/s.exec(hierarchy)!;
    parseAuthority(parts, authority!);
    parts.path = parsePath(path!, [], special);
    return parts;
  }
  if (hierarchy.startsWith('//')) {
    const [, authority, path] = /^\/\/([^/]*)(.*)$/s.exec(hierarchy)!;
    if (protocol === 'file:')
      parts.host = authority === '' || authority === 'localhost' ? '' : parseHost(authority!, special);
    else if (authority === '') parts.host = '';
    else parseAuthority(parts, authority!);
    parts.path = path === '' && !special ? [] : parsePath(path!, [], special);
  } else if (protocol === 'file:') {
    parts.host = '';
    parts.path = parsePath(hierarchy, [], special);
  } else if (hierarchy.startsWith('/')) {
    parts.path = parsePath(hierarchy, [], special);
  } else {
    parts.path = percentEncode(hierarchy, percentSets.control);
  }
  return parts;
}

function parseRelative(text: string, base: Parts, fragment: string | undefined): Parts {
  if (typeof base.path === 'string') {
    if (text !== '') throw new InvalidUrl();
    return { ...base, fragment };
  }
  const special = isSpecial(base.protocol);
  const [beforeQuery, query] = splitQuery(text, special);
  const hierarchy = special ? beforeQuery.replaceAll('\\', '/') : beforeQuery;
  if (hierarchy.startsWith('//')) return parseAbsolute(base.protocol, text, fragment);
  if (hierarchy === '') return { ...base, query: query ?? base.query, fragment };
  const folder = hierarchy.startsWith('/') ? [] : base.path.slice(0, -1);
  return { ...base, path: parsePath(hierarchy, folder, special), query, fragment };
}

function parseAuthority(parts: Parts, authority: string): void {
  const at = authority.lastIndexOf('@');
  if (at >= 0) {
    const credentials = authority.slice(0, at);
    const colon = credentials.indexOf(':');
    parts.username = percentEncode(
      colon < 0 ? credentials : credentials.slice(0, colon),
      percentSets.userinfo,
    );
    parts.password = colon < 0 ? '' : percentEncode(credentials.slice(colon + 1), percentSets.userinfo);
  }
  const [, host, port] = /^(\[.*\]|[^:]*)(?::([0-9]*))?$/s.exec(authority.slice(at + 1)) ?? [];
  if (host === undefined || host === '') throw new InvalidUrl();
  parts.host = parseHost(host, isSpecial(parts.protocol));
  parts.port = parsePort(port ?? '', parts.protocol);
}

function parsePort(digits: string, protocol: string): string {
  if (digits === '') return '';
  const port = Number(digits);
  if (port > 65_535) throw new InvalidUrl();
  return String(port) === specialPorts[protocol] ? '' : String(port);
}

function parsePath(text: string, folder: readonly string[], special: boolean): string[] {
  const segments = [...folder];
  const names = text.replace(/^\//, '').split('/');
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const plain = name.replace(/%2e/gi, '.');
    if (plain === '..') {
      segments.pop();
      if (isLast) segments.push('');
    } else if (plain === '.') {
      if (isLast) segments.push('');
    } else segments.push(percentEncode(name, percentSets.path));
  }
  return segments.length === 0 && special ? [''] : segments;
}

function parseHost(text: string, special: boolean): string {
  if (text.startsWith('[')) {
    if (!text.endsWith(']')) throw new InvalidUrl();
    return `[${formatIpv6(parseIpv6(text.slice(1, -1)))}]`;
  }
  if (!special) {
    if (/[\0\t\n\r #/:<>?@[\\\]^|]/.test(text)) throw new InvalidUrl();
    return percentEncode(text, percentSets.control);
  }
  const ascii = domainToAscii(percentDecode(text));
  // eslint-disable-next-line no-control-regex
  if (ascii === undefined || ascii === '' || /[\0-\x20#%/:<>?@[\\\]^|\x7f]/.test(ascii))
    throw new InvalidUrl();
  return parseIpv4(ascii) ?? ascii;
}

/** Undefined for what does not end in a number and so is no IPv4 address. */
function parseIpv4(host: string): string | undefined {
  const pieces = host.split('.');
  if (pieces.at(-1) === '' && pieces.length > 1) pieces.pop();
  if (!/^(?:[0-9]+|0x[0-9a-f]*)$/i.test(pieces.at(-1)!)) return undefined;
  if (pieces.length > 4) throw new InvalidUrl();
  const numbers = pieces.map((piece) => {
    if (/^0x[0-9a-f]*$/i.test(piece)) return piece.length === 2 ? 0 : Number(piece);
    if (/^0[0-7]+$/.test(piece)) return Number.parseInt(piece, 8);
    if (!/^(?:0|[1-9][0-9]*)$/.test(piece)) throw new InvalidUrl();
    return Number(piece);
  });
  const last = numbers.pop()!;
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) throw new InvalidUrl();
  const address = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}

function parseIpv6(text: string): number[] {
  let address = text;
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (embedded !== null) {
    const bytes = embedded.slice(2).map(Number);
    if (bytes.some((byte, index) => byte > 255 || embedded[index + 2] !== String(byte)))
      throw new InvalidUrl();
    const word = (index: number): string => (bytes[index]! * 256 + bytes[index + 1]!).toString(16);
    address = `${embedded[1]}${word(0)}:${word(2)}`;
  }
  const halves = address.split('::');
  if (halves.length > 2) throw new InvalidUrl();
  const [front, back] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?];
  const missing = 8 - front.length - (back?.length ?? 0);
  if (back === undefined ? missing !== 0 : missing < 1) throw new InvalidUrl();
  const words = [...front, ...Array.from({ length: missing }, () => '0'), ...(back ?? [])];
  if (!words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) throw new InvalidUrl();
  return words.map((word) => Number.parseInt(word, 16));
}

/** The longest run of zeros is left out (RFC 5952). */
function formatIpv6(words: readonly number[]): string {
  let longest = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > longest.length) longest = { start, length };
  }
  const text = (from: number, to?: number): string =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':');
  return longest.start < 0 ? text(0) : `${text(0, longest.start)}::${text(longest.start + longest.length)}`;
}

function formatPath({ path, host }: Parts): string {
  if (typeof path === 'string') return path;
  const text = path.map((segment) => `/${segment}`).join('');
  // A path must not be taken for an authority.
  return host === undefined && text.startsWith('//') ? `/.${text}` : text;
}

function formatHost({ host = '', port }: Parts): string {
  return port === '' ? host : `${host}:${port}`;
}

function formatUrl(parts: Parts): string {
  const { protocol, username, password, host, query, fragment } = parts;
  const credentials =
    username === '' && password === '' ? '' : `${username}${password === '' ? '' : `:${password}`}@`;
  const authority = host === undefined ? '' : `//${credentials}${formatHost(parts)}`;
  const tail = `${query === undefined ? '' : `?${query}`}${fragment === undefined ? '' : `#${fragment}`}`;
  return `${protocol}${authority}${formatPath(parts)}${tail}`;
}

function decodeForm(text: string): string {
  return percentDecode(text.replaceAll('+', ' '));
}

function encodeForm(text: string): string {
  return percentEncode(text, percentSets.form).replaceAll('%20', '+');
}

type SearchInput = string | Iterable<readonly [string, string]> | Readonly<Record<string, string>>;

class URLSearchParams {
  #pairs: [string, string][] = [];
  #changed: (query: string) => void = () => undefined;

  constructor(input: SearchInput = '') {
    if (typeof input === 'string') this.#read(input.replace(/^\?/, ''));
    else {
      const pairs: (readonly unknown[])[] = Symbol.iterator in input ? [...input] : Object.entries(input);
      this.#pairs = pairs.map(([name, value]) => [String(name), String(value)]);
    }
  }

  /** The parameters of a URL, which hears of changes. */
  static of(query: string, changed: (query: string) => void): URLSearchParams {
    const parameters = new URLSearchParams(query);
    parameters.#changed = changed;
    return parameters;
  }

  #read(query: string): void {
    this.#pairs = query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const equals = pair.indexOf('=');
        return equals < 0
          ? [decodeForm(pair), '']
          : [decodeForm(pair.slice(0, equals)), decodeForm(pair.slice(equals + 1))];
      });
  }

  #update(pairs: [string, string][]): void {
    this.#pairs = pairs;
    this.#changed(this.toString());
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: unknown, value: unknown): void {
    this.#update([...this.#pairs, [String(name), String(value)]]);
  }

  delete(name: string, value?: string): void {
    this.#update(
      this.#pairs.filter(([key, item]) => key !== name || (value !== undefined && item !== value)),
    );
  }

  get(name: string): string | null {
    return this.#pairs.find(([key]) => key === name)?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(([key]) => key === name).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some(([key, item]) => key === name && (value === undefined || item === value));
  }

  set(name: string, value: unknown): void {
    const first = this.#pairs.findIndex(([key]) => key === name);
    if (first < 0) this.append(name, value);
    else {
      this.#update(
        this.#pairs
          .map((pair, index): [string, string] => (index === first ? [name, String(value)] : pair))
          .filter(([key], index) => key !== name || index === first),
      );
    }
  }

  sort(): void {
    this.#update(this.#pairs.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
  }

  forEach(
    callback: (value: string, name: string, parameters: URLSearchParams) => void,
    self?: unknown,
  ): void {
    for (const [name, value] of this.#pairs) callback.call(self, value, name, this);
  }

  *entries(): Generator<[string, string]> {
    for (const [name, value] of this.#pairs) yield [name, value];
  }

  *keys(): Generator<string> {
    for (const [name] of this.#pairs) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.#pairs) yield value;
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join('&');
  }
}

/** The URL of the WHATWG, without setters other than those of query and fragment, and without blobs. */
class URL {
  readonly #parts: Parts;
  #parameters: URLSearchParams | undefined;

  constructor(url: string | URL, base?: string | URL) {
    try {
      this.#parts = parseUrl(String(url), base === undefined ? undefined : parseUrl(String(base), undefined));
    } catch (cause) {
      if (cause instanceof InvalidUrl) throw new TypeError(`Invalid URL: ${String(url)}`, { cause });
      throw cause;
    }
  }

  static canParse(url: string | URL, base?: string | URL): boolean {
    return URL.parse(url, base) !== null;
  }

  static parse(url: string | URL, base?: string | URL): URL | null {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  }

  get href(): string {
    return formatUrl(this.#parts);
  }

  get origin(): string {
    const { protocol } = this.#parts;
    return isSpecial(protocol) && protocol !== 'file:' ? `${protocol}//${this.host}` : 'null';
  }

  get protocol(): string {
    return this.#parts.protocol;
  }

  get username(): string {
    return this.#parts.username;
  }

  get password(): string {
    return this.#parts.password;
  }

  get host(): string {
    return formatHost(this.#parts);
  }

  get hostname(): string {
    return this.#parts.host ?? '';
  }

  get port(): string {
    return this.#parts.port;
  }

  get pathname(): string {
    const { path } = this.#parts;
    return typeof path === 'string' ? path : path.map((segment) => `/${segment}`).join('');
  }

  get search(): string {
    const { query } = this.#parts;
    return query === undefined || query === '' ? '' : `?${query}`;
  }

  set search(value: unknown) {
    const text = String(value).replace(/^\?/, '');
    const set = isSpecial(this.protocol) ? percentSets.specialQuery : percentSets.query;
    this.#parts.query = text === '' ? undefined : percentEncode(text, set);
    this.#parameters = undefined;
  }

  get searchParams(): URLSearchParams {
    return (this.#parameters ??= URLSearchParams.of(this.#parts.query ?? '', (query) => {
      this.#parts.query = query === '' ? undefined : query;
    }));
  }

  get hash(): string {
    const { fragment } = this.#parts;
    return fragment === undefined || fragment === '' ? '' : `#${fragment}`;
  }

  set hash(value: unknown) {
    const text = String(value).replace(/^#/, '');
    this.#parts.fragment = text === '' ? undefined : percentEncode(text, percentSets.fragment);
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }
}

defineGlobal('URL', URL);
defineGlobal('URLSearchParams', URLSearchParams);
