import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { VerificationConfigError } from '../errors.ts';

/** A value of a YAML document that knows where it stands, so that errors can say so. */
export class LocatedValue {
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #path: readonly (string | number)[];

  /** @throws VerificationConfigError when the text is not one YAML document */
  static parse(text: string): LocatedValue {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
    const [error] = document.errors;
    if (error?.code === 'MULTIPLE_DOCS') {
      throw new VerificationConfigError('the file holds more than one YAML document', { cause: error });
    }
    if (error !== undefined && /call stack/.test(error.message)) throw nestedTooDeeply();
    if (error !== undefined) throw new VerificationConfigError(error.message.trim(), { cause: error });
    let value: unknown;
    try {
      // Maps rather than objects: keys keep their type, and none of them reaches a prototype.
      value = document.toJS({ mapAsMap: true, maxAliasCount: 100 });
    } catch (cause) {
      if (cause instanceof RangeError) throw nestedTooDeeply();
      throw new VerificationConfigError((cause as Error).message, { cause });
    }
    return new LocatedValue(value, document, lines, []);
  }

  private constructor(
    value: unknown,
    document: Document,
    lines: LineCounter,
    path: readonly (string | number)[],
  ) {
    this.value = value;
    this.#document = document;
    this.#lines = lines;
    this.#path = path;
  }

  /** An error about this value: the message, then field and line. */
  error(message: string): VerificationConfigError {
    const name = this.#path.reduce<string>(
      (path, part) =>
        typeof part === 'number' ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`,
      '',
    );
    const node = this.#document.getIn(this.#path, true);
    const offset = isNode(node) ? node.range?.[0] : undefined;
    const place = [
      ...(name === '' ? [] : [`in ${name}`]),
      ...(offset === undefined ? [] : [`at line ${this.#lines.linePos(offset).line}`]),
    ];
    return new VerificationConfigError([message, ...place].join(' '));
  }

  /** The fields of a mapping. Those with null are left out: they count as absent. */
  fields(known: readonly string[]): ReadonlyMap<string, LocatedValue> {
    const fields = new Map<string, LocatedValue>();
    for (const [key, field] of this.entries()) {
      if (!known.includes(key)) {
        const names = known.map((name) => `\`${name}\``).join(', ');
        throw field.error(`unknown field \`${key}\`, expected one of ${names}`);
      }
      if (field.value !== null) fields.set(key, field);
    }
    return fields;
  }

  /** The entries of a mapping of which the keys are strings. */
  entries(): readonly (readonly [string, LocatedValue])[] {
    if (!(this.value instanceof Map)) throw this.#wrongType('a mapping');
    return [...(this.value as ReadonlyMap<unknown, unknown>)].map(([key, value]) => {
      if (typeof key !== 'string') {
        throw this.error(`invalid type: ${describe(key)}, expected a string as key`);
      }
      return [key, this.#child(key, value)];
    });
  }

  items(): readonly LocatedValue[] {
    if (!Array.isArray(this.value)) throw this.#wrongType('a sequence');
    return this.value.map((item: unknown, index) => this.#child(index, item));
  }

  string(): string {
    if (typeof this.value !== 'string') throw this.#wrongType('a string');
    return this.value;
  }

  /** A whole number that fits a byte. */
  byte(): number {
    if (typeof this.value !== 'number') throw this.#wrongType('a number');
    if (!Number.isInteger(this.value) || this.value < 0 || this.value > 255) {
      throw this.error(`invalid value: \`${this.value}\`, expected a whole number from 0 to 255`);
    }
    return this.value;
  }

  #child(key: string | number, value: unknown): LocatedValue {
    return new LocatedValue(value, this.#document, this.#lines, [...this.#path, key]);
  }

  #wrongType(expected: string): VerificationConfigError {
    return this.error(`invalid type: ${describe(this.value)}, expected ${expected}`);
  }
}

function nestedTooDeeply(): VerificationConfigError {
  return new VerificationConfigError('the file is nested too deeply');
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Map) return 'mapping';
  if (Array.isArray(value)) return 'sequence';
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  return typeof value === 'number' ? `number \`${value}\`` : `a ${typeof value}`;
}
