import { describe, expect, it } from 'vitest';
import { evaluateExpression } from './evaluation.ts';
import { compileGroupExpression, maximumExpressionLength } from './expression.ts';
import { maximumExpressionDepth } from './parser.ts';

const members = ['yes', 'no', 'switch', 'if', 'print', '_under1'];

/** Evaluates with members that say what they are called; returns the result and who was asked. */
function run(text: string): { allowed: boolean; asked: string[] } {
  const evaluation = evaluateExpression(compileGroupExpression(text, members).syntax);
  const asked: string[] = [];
  let step = evaluation.next();
  while (step.done !== true) {
    asked.push(step.value);
    step = evaluation.next(step.value !== 'no');
  }
  return { allowed: step.value, asked };
}

const deep = (levels: number): string => '('.repeat(levels) + 'yes()' + ')'.repeat(levels);

describe('a group expression', () => {
  it.each([
    // What the original's tests and the controller's webhook accept.
    ['true || yes()', true, []],
    ['2 > 1', true, []],
    ['yes() && true', true, ['yes']],
    ['no() || (yes() && no())', false, ['no', 'yes', 'no']],
    ['no() || yes() || no()', true, ['no', 'yes']],
    ['!no() == yes()', true, ['no', 'yes']],
    ['yes() != no() && !(no() || no())', true, ['yes', 'no', 'no', 'no']],
    ['yes() && yes()', true, ['yes', 'yes']],
    // Precedence, from tight to loose.
    ['1 + 2 * 3 == 7', true, []],
    ['2 ** 3 ** 2 == 512', true, []],
    ['1 << 2 + 1 == 5', true, []],
    ['10 - 3 - 2 == 5', true, []],
    ['1 < 2 == true', true, []],
    ['true || false && false', true, []],
    ['false && false || true', true, []],
    ['-7 / 2 == -3 && -7 % 2 == -1', true, []],
    ['(6 & 3 | 8) == 10 && 5 >> 1 == 2 && 1 << 64 == 0', true, []],
    // Without short circuit.
    ['yes() | no()', true, ['yes', 'no']],
    ['no() & yes()', false, ['no', 'yes']],
    ['yes() ^ yes()', false, ['yes', 'yes']],
    // Values.
    ['"a" + "b" == "ab"', true, []],
    ["'it''s' == \"it's\"", true, []],
    ['`a\\n` == "a\\\\n"', true, []],
    ['"\\x41\\u00e9\\U0001F600\\n" == "Aé😀\\n"', true, []],
    ['0xff == 255 && 0b11 == 3 && 0o17 == 15 && 1_000 == 1000', true, []],
    ['"a" < "b" && true > false', true, []],
    ['1 == "1" || 1 < "2" || yes() == 1', false, ['yes']],
    ['1 != "1"', true, []],
    ['() == ()', true, []],
    // Branches.
    ['if no() { no() } else if yes() { yes() } else { no() }', true, ['no', 'yes', 'yes']],
    ['switch 3 { 1 | 2 => no(), 3 if no() => no(), 3 => yes(), _ => no() }', true, ['no', 'yes']],
    ['switch "x" { -1 => no(), _ => yes(), }', true, ['yes']],
    // Members may have any name, keywords of the original's engine included.
    ['switch() && if() && print () && _under1( )', true, ['switch', 'if', 'print', '_under1']],
    ['// why\nyes() /* because */ && true', true, ['yes']],
  ])('%s is %s', (text, allowed, asked) => {
    expect(run(text)).toEqual({ allowed, asked });
  });

  it.each([
    ['unknown() || yes()', 'Function not found: unknown () (line 1, position 1)'],
    ['true ||\n unknown()', 'Function not found: unknown () (line 2, position 2)'],
    ['something that does not make sense', "Syntax error: Unexpected 'that' (line 1, position 11)"],
    ['1 + 1', 'Output type incorrect: i64 (expecting bool)'],
    ['yes() + 1', 'Function not found: + (bool, i64) (line 1, position 7)'],
    [
      '"a" - "b" == ""',
      'Function not found: - (&str | ImmutableString | String, &str | ImmutableString | String) (line 1, position 5)',
    ],
    [
      'yes() || (false && 1)',
      'Syntax error: Expecting a boolean expression, not a number (line 1, position 20)',
    ],
    ['yes() || (1 + 1)', 'Data type incorrect: i64 (expecting bool) (line 1, position 13)'],
    ['yes() || (false && (1 + true == 2))', 'Function not found: + (i64, bool) (line 1, position 23)'],
    ['if no() { 1 } else { 2 }', 'Output type incorrect: i64 (expecting bool)'],
    ['!1', 'Function not found: ! (i64) (line 1, position 1)'],
    ['yes', 'Variable not found: yes (line 1, position 1)'],
    ['a-b()', 'Variable not found: a (line 1, position 1)'],
    [
      'yes(1)',
      "Syntax error: Expecting ')' to close the arguments list of this function call 'yes' (line 1, position 5)",
    ],
    ['', 'Syntax error: Script is incomplete (line 1, position 1)'],
    ['yes() &&', 'Syntax error: Script is incomplete (line 1, position 9)'],
    ['(yes()', "Syntax error: Expecting ')' for a matching ( in this expression (line 1, position 7)"],
    ['yes(); no()', "Syntax error: Unexpected ';' (line 1, position 6)"],
    ['let x', "Syntax error: Unexpected 'x' (line 1, position 5)"],
    ['yes() = true', "Syntax error: Unexpected '=' (line 1, position 7)"],
    ['[1].len() == 1', "Syntax error: Unexpected '[' (line 1, position 1)"],
    ['1.5 > 1', "Syntax error: Invalid number: '1.5' (line 1, position 1)"],
    ['9223372036854775808 > 1', "Syntax error: Invalid number: '9223372036854775808' (line 1, position 1)"],
    ['"open', 'Syntax error: Open string is not terminated (line 1, position 1)'],
    ['"\\q" == ""', "Syntax error: Invalid escape sequence: '\\q' (line 1, position 1)"],
    ['`${yes()}` == ""', "Syntax error: Unexpected '${' (line 1, position 1)"],
    [
      'switch 1 { _ => true, 1 => true }',
      'Syntax error: Default switch case must be the last (line 1, position 23)',
    ],
    ['switch 1 { yes() => true }', 'Syntax error: Expecting a literal expression (line 1, position 12)'],
    // Found by the rehearsal with members that all accept.
    ['1 / 0 == 1', 'Division by zero: 1 / 0 (line 1, position 3)'],
    ['9223372036854775807 + 1 > 0', 'Addition overflow: 9223372036854775807 + 1 (line 1, position 21)'],
    ['2 ** 99999999999 > 0', 'Exponential overflow: 2 ** 99999999999 (line 1, position 3)'],
    ['if yes() { 1 } else { true }', 'Output type incorrect: i64 (expecting bool)'],
  ])('%s is refused when it is loaded', (text, message) => {
    expect(() => compileGroupExpression(text, members)).toThrow(message);
  });

  it('is bounded in depth and length, while chains of members may be long', () => {
    expect(run(deep(maximumExpressionDepth - 1)).allowed).toBe(true);
    expect(() => compileGroupExpression(deep(maximumExpressionDepth), members)).toThrow(
      'Expression exceeds maximum complexity',
    );
    expect(() => compileGroupExpression(`${'!'.repeat(10_000)}yes()`, members)).toThrow('maximum complexity');
    expect(() => compileGroupExpression(`0${' + 1'.repeat(100)} > 0`, members)).toThrow('maximum complexity');
    expect(run(`no()${' || no()'.repeat(1000)}`).asked).toHaveLength(1001);
    expect(() => compileGroupExpression(' '.repeat(maximumExpressionLength + 1), members)).toThrow('16384');
  });

  it('fails in evaluation when only the verdicts decide its type', () => {
    expect(() => run('if no() { true } else { 1 }')).toThrow('Output type incorrect: i64 (expecting bool)');
  });
});
