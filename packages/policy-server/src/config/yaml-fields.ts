import { type JsonObject, type JsonValue } from '@kubewarden/policy';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type YAMLMap,
} from 'yaml';
import { ConfigError } from './errors.ts';

/** Values that the settings of one policy may have, aliases followed; more is an attack, not a configuration. */
const maximumValues = 1_000_000;
/** Aliases that may be followed in one file. */
const maximumAliases = 1_000;

/** A document, with what decoding it needs to say where a mistake is. */
export class YamlSource {
  readonly #document: Document;
  readonly #lines: LineCounter;
  #aliases = 0;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  /** @throws ConfigError when too many aliases are followed */
  resolve(node: unknown): Node | null {
    if (!isAlias(node)) return (node as Node | null) ?? null;
    this.#aliases += 1;
    if (this.#aliases > maximumAliases)
      throw new ConfigError(`more than ${maximumAliases} aliases are followed`);
    return node.resolve(this.#document) ?? null;
  }

  /** `line 3: `, or nothing where the place is unknown. */
  position(node: unknown): string {
    const offset = (node as Node | null)?.range?.[0];
    return offset === undefined ? '' : `line ${this.#lines.linePos(offset).line}: `;
  }
}

/**
 * The fields of one mapping, read with checks of their types. Every error names the line, the owner (such as
 * `policy 'x'`) and the field.
 */
export class YamlFields {
  readonly #source: YamlSource;
  readonly #owner: string;
  readonly #map: YAMLMap;
  readonly #values = new Map<string, Node>();

  /** @throws ConfigError when `node` is no mapping */
  constructor(source: YamlSource, node: unknown, owner: string) {
    this.#source = source;
    this.#owner = owner;
    const map = source.resolve(node);
    if (!isMap(map)) throw this.#error(map, `must be a mapping, not ${describe(map)}`);
    this.#map = map;
    for (const { key, value } of map.items) {
      const resolved = source.resolve(value);
      if (resolved !== null) this.#values.set(keyText(key), resolved);
    }
  }

  names(): string[] {
    return this.#map.items.map(({ key }) => keyText(key));
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The mapping itself is wrong. */
  error(message: string): ConfigError {
    return this.#error(this.#map, message);
  }

  /** A field is wrong. */
  fieldError(name: string, message: string): ConfigError {
    return this.#error(this.#values.get(name) ?? this.#map, `field '${name}' ${message}`);
  }

  string(name: string): string {
    const value = this.optionalString(name);
    if (value === undefined) {
      throw this.#values.has(name)
        ? this.fieldError(name, 'must be a string, not null')
        : this.error(`field '${name}' is missing`);
    }
    return value;
  }

  optionalString(name: string): string | undefined {
    const value = this.#scalar(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string')
      throw this.fieldError(name, `must be a string, not ${describe(this.#values.get(name))}`);
    return value;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#scalar(name);
    if (value === undefined || value === null) return fallback;
    if (typeof value !== 'boolean') {
      throw this.fieldError(name, `must be true or false, not ${describe(this.#values.get(name))}`);
    }
    return value;
  }

  /** A whole number of at least `minimum`. */
  optionalInteger(name: string, minimum: number): number | undefined {
    const value = this.#scalar(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'bigint' || value < BigInt(minimum) || value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.fieldError(
        name,
        `must be a whole number of at least ${minimum}, not ${describe(this.#values.get(name))}`,
      );
    }
    return Number(value);
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    if (!this.#values.has(name)) return fallback;
    const value = this.string(name);
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) {
      const expected = choices.map((choice) => `'${choice}'`).join(' or ');
      throw this.fieldError(name, `must be ${expected}, not '${value}'`);
    }
    return chosen;
  }

  /** The items of a list; an absent list is empty. `null` is accepted only where `nullable`. */
  items(name: string, nullable: boolean): readonly Node[] {
    const node = this.#values.get(name);
    if (node === undefined || (nullable && isNull(node))) return [];
    if (!isSeq(node)) throw this.fieldError(name, `must be a list, not ${describe(node)}`);
    return node.items.map((item) => this.#source.resolve(item)).filter((item) => item !== null);
  }

  strings(name: string): readonly string[] {
    return this.items(name, false).map((item) => {
      if (!isScalar(item) || typeof item.value !== 'string') {
        throw this.fieldError(name, `must be a list of strings, but holds ${describe(item)}`);
      }
      return item.value;
    });
  }

  /** A nested mapping. */
  mapping(name: string): YamlFields {
    if (!this.#values.has(name)) throw this.error(`field '${name}' is missing`);
    return new YamlFields(this.#source, this.#values.get(name), `${this.#owner}: field '${name}'`);
  }

  /** The mapping below `name`, whose errors are attributed to `owner`. */
  child(name: string, owner: string): YamlFields {
    return new YamlFields(this.#source, this.#values.get(name) ?? null, owner);
  }

  item(node: Node, owner: string): YamlFields {
    return new YamlFields(this.#source, node, `${this.#owner}: ${owner}`);
  }

  /** Any JSON object; absent and null give an empty one. */
  jsonObject(name: string): JsonObject {
    const node = this.#values.get(name);
    if (node === undefined || isNull(node)) return new Map();
    if (!isMap(node)) throw this.fieldError(name, `must be a mapping, not ${describe(node)}`);
    let budget = maximumValues;
    const convert = (raw: unknown, path: string): JsonValue => {
      budget -= 1;
      if (budget < 0) throw this.fieldError(name, `expands to more than ${maximumValues} values`);
      const value = this.#source.resolve(raw);
      if (value === null) return null;
      if (isMap(value)) {
        return new Map(
          value.items.map(({ key, value }) => [keyText(key), convert(value, `${path}.${keyText(key)}`)]),
        );
      }
      if (isSeq(value)) return value.items.map((item, index) => convert(item, `${path}[${index}]`));
      const scalar = isScalar(value) ? value.value : undefined;
      if (scalar === null || typeof scalar === 'string' || typeof scalar === 'boolean') return scalar;
      if (typeof scalar === 'bigint') return isJsonInteger(scalar) ? scalar : Number(scalar);
      if (typeof scalar === 'number' && Number.isFinite(scalar)) return scalar;
      throw this.#error(value, `field '${path}' holds ${describe(value)}, which JSON cannot express`);
    };
    return convert(node, name) as JsonObject;
  }

  #scalar(name: string): unknown {
    const node = this.#values.get(name);
    if (node === undefined) return undefined;
    // Anything that is no scalar is returned as it is and refused by the type check of the caller.
    return isScalar(node) ? node.value : node;
  }

  #error(node: unknown, message: string): ConfigError {
    return new ConfigError(`${this.#source.position(node)}${this.#owner}: ${message}`);
  }
}

/** Keys are text in JSON; `1:` and `true:` become the text they were written as. */
function keyText(key: unknown): string {
  if (!isScalar(key)) return String(key);
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

/** i64 or u64; the original turns other integers into floating-point numbers, too. */
function isJsonInteger(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value;
}

function describe(node: unknown): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'null';
  return typeof node.value === 'string'
    ? `the text '${node.value}'`
    : (node.source ?? `a ${typeof node.value}`);
}
