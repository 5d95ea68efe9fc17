import { syntaxError, GroupExpressionError, type Position } from './error.ts';
import { tokenize, type Token } from './lexer.ts';
import type { BinaryOperator, Expression, SwitchCase, UnaryOperator, Value } from './syntax.ts';

/** The most levels of nesting, as in the original: parentheses, unary operators, chains of arithmetic. */
export const maximumExpressionDepth = 64;

/** How tightly an operator binds; policy-server.md 15, the rest from Rhai's table. */
const precedences: ReadonlyMap<string, number> = new Map([
  ...['||', '|', '^'].map((operator) => [operator, 30] as const),
  ...['&&', '&'].map((operator) => [operator, 60] as const),
  ...['==', '!='].map((operator) => [operator, 90] as const),
  ...['<', '<=', '>', '>='].map((operator) => [operator, 130] as const),
  ...['+', '-'].map((operator) => [operator, 150] as const),
  ...['*', '/', '%'].map((operator) => [operator, 180] as const),
  ['**', 190],
  ...['<<', '>>'].map((operator) => [operator, 210] as const),
]);

/**
 * Parses a complete expression.
 *
 * A name is a member call only when `()` follows and the group has such a member; that comes first, so that
 * members may have any name, keywords included.
 *
 * @throws GroupExpressionError for bad syntax and for calls of anything that is not a member
 */
export function parseExpression(text: string, members: ReadonlySet<string>): Expression {
  return new Parser(tokenize(text), members).parseAll();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #members: ReadonlySet<string>;
  #next = 0;

  constructor(tokens: readonly Token[], members: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#members = members;
  }

  parseAll(): Expression {
    const expression = this.#expression(0);
    const rest = this.#peek();
    if (rest.kind !== 'end') throw unexpected(rest);
    return expression;
  }

  #expression(depth: number): Expression {
    return this.#operators(this.#unary(depth + 1), 0, depth);
  }

  /** Precedence climbing: takes operators that bind tighter than `minimum`. */
  #operators(first: Expression, minimum: number, depth: number): Expression {
    let left = first;
    let level = depth;
    while (true) {
      const token = this.#peek();
      const precedence = token.kind === 'symbol' ? precedences.get(token.text) : undefined;
      if (precedence === undefined || precedence <= minimum) return left;
      this.#next += 1;
      const operand = this.#unary(level + 1);
      // `**` binds to the right, everything else to the left.
      const right = this.#operators(operand, token.text === '**' ? precedence - 1 : precedence, level + 1);
      if (token.text === '&&' || token.text === '||') {
        left = joinLogical(token.text, left, right, token.position);
      } else {
        level = checkDepth(level + 1, token.position);
        left = {
          kind: 'binary',
          operator: token.text as BinaryOperator,
          left,
          right,
          position: token.position,
        };
      }
    }
  }

  #unary(depth: number): Expression {
    const token = this.#peek();
    checkDepth(depth, token.position);
    if (token.kind !== 'symbol' || !isUnaryOperator(token.text)) return this.#primary(depth);
    this.#next += 1;
    const operand = this.#unary(depth + 1);
    return { kind: 'unary', operator: token.text, operand, position: token.position };
  }

  #primary(depth: number): Expression {
    const token = this.#take();
    const { position } = token;
    if (token.kind === 'name') return this.#named(token.text, position, depth);
    if (token.kind === 'integer' || token.kind === 'string') {
      return { kind: 'literal', value: token.value, position };
    }
    if (token.text !== '(') throw unexpected(token);
    if (this.#skip(')')) return { kind: 'literal', value: null, position };
    const inner = this.#expression(depth);
    this.#expect(')', 'for a matching ( in this expression');
    return inner;
  }

  #named(name: string, position: Position, depth: number): Expression {
    const called = this.#peek().text === '(' && this.#tokens[this.#next + 1]?.text === ')';
    if (called && this.#members.has(name)) {
      this.#next += 2;
      return { kind: 'call', member: name, position };
    }
    switch (name) {
      case 'true':
      case 'false':
        return { kind: 'literal', value: name === 'true', position };
      case 'if':
        return this.#if(position, depth);
      case 'switch':
        return this.#switch(position, depth);
      default:
        if (called) throw new GroupExpressionError(`Function not found: ${name} ()`, position);
        if (this.#peek().text === '(') {
          throw syntaxError(
            `Expecting ')' to close the arguments list of this function call '${name}'`,
            this.#tokens[this.#next + 1]!.position,
          );
        }
        // Two names in a row are a syntax error before either is a variable.
        if (this.#peek().kind === 'name') throw unexpected(this.#peek());
        throw new GroupExpressionError(`Variable not found: ${name}`, position);
    }
  }

  #if(position: Position, depth: number): Expression {
    const condition = this.#expression(depth);
    const consequent = this.#block(depth);
    if (this.#peek().text !== 'else') return { kind: 'if', condition, consequent, position };
    this.#next += 1;
    const next = this.#peek();
    if (next.text !== 'if')
      return { kind: 'if', condition, consequent, alternative: this.#block(depth), position };
    this.#next += 1;
    const alternative = this.#if(next.position, checkDepth(depth + 1, next.position));
    return { kind: 'if', condition, consequent, alternative, position };
  }

  #block(depth: number): Expression {
    this.#expect('{', 'to start a statement block');
    const expression = this.#expression(depth);
    this.#expect('}', 'to terminate this block');
    return expression;
  }

  #switch(position: Position, depth: number): Expression {
    const subject = this.#expression(depth);
    this.#expect('{', 'to start a switch block');
    const cases: SwitchCase[] = [];
    let alternative: Expression | undefined;
    while (!this.#skip('}')) {
      const start = this.#peek();
      if (alternative !== undefined) {
        throw syntaxError('Default switch case must be the last', start.position);
      }
      if (start.text === '_') {
        this.#next += 1;
        alternative = this.#caseResult(depth);
      } else {
        cases.push(this.#case(depth));
      }
      if (!this.#skip(',') && this.#peek().text !== '}') {
        throw syntaxError("Expecting ',' to separate the items in this switch block", this.#peek().position);
      }
    }
    return { kind: 'switch', subject, cases, ...(alternative !== undefined && { alternative }), position };
  }

  #case(depth: number): SwitchCase {
    const values = [this.#literal(depth)];
    while (this.#skip('|')) values.push(this.#literal(depth));
    if (this.#peek().text !== 'if') return { values, result: this.#caseResult(depth) };
    this.#next += 1;
    const condition = this.#expression(depth);
    return { values, condition, result: this.#caseResult(depth) };
  }

  #caseResult(depth: number): Expression {
    this.#expect('=>', 'in this switch case');
    return this.#expression(depth);
  }

  #literal(depth: number): Value {
    const { position } = this.#peek();
    const expression = this.#unary(depth + 1);
    if (expression.kind === 'literal') return expression.value;
    if (expression.kind === 'unary' && expression.operand.kind === 'literal') {
      const { value } = expression.operand;
      if (typeof value === 'bigint' && expression.operator !== '!') {
        return expression.operator === '-' ? -value : value;
      }
    }
    throw syntaxError('Expecting a literal expression', position);
  }

  #peek(): Token {
    // The last token is the end, which nothing moves past.
    return this.#tokens[this.#next] ?? this.#tokens.at(-1)!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next += 1;
    return token;
  }

  #skip(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.#next += 1;
    return true;
  }

  #expect(symbol: string, purpose: string): void {
    if (!this.#skip(symbol)) throw syntaxError(`Expecting '${symbol}' ${purpose}`, this.#peek().position);
  }
}

function joinLogical(
  operator: '&&' | '||',
  left: Expression,
  right: Expression,
  position: Position,
): Expression {
  if (left.kind === 'logical' && left.operator === operator) {
    return { ...left, operands: [...left.operands, right] };
  }
  return { kind: 'logical', operator, operands: [left, right], position };
}

function isUnaryOperator(text: string): text is UnaryOperator {
  return text === '!' || text === '-' || text === '+';
}

function checkDepth(depth: number, position: Position): number {
  if (depth > maximumExpressionDepth) throw syntaxError('Expression exceeds maximum complexity', position);
  return depth;
}

function unexpected(token: Token): GroupExpressionError {
  return token.kind === 'end'
    ? syntaxError('Script is incomplete', token.position)
    : syntaxError(`Unexpected '${token.text}'`, token.position);
}
