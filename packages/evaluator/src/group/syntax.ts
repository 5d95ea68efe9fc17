import type { Position } from './error.ts';

/** A value during evaluation: `null` is the unit value, which an `if` without `else` may have. */
export type Value = boolean | bigint | string | null;

export type UnaryOperator = '!' | '-' | '+';

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '**'
  | '<<'
  | '>>'
  | '&'
  | '|'
  | '^'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>=';

export interface SwitchCase {
  /** Never empty. */
  readonly values: readonly Value[];
  readonly condition?: Expression;
  readonly result: Expression;
}

/** The syntax tree of a group expression. Survives a structured clone. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Value; readonly position: Position }
  | { readonly kind: 'call'; readonly member: string; readonly position: Position }
  | {
      readonly kind: 'unary';
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly position: Position;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly position: Position;
    }
  | {
      /** `a && b && c` is one node, so that long chains do not nest. */
      readonly kind: 'logical';
      readonly operator: '&&' | '||';
      readonly operands: readonly Expression[];
      readonly position: Position;
    }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly consequent: Expression;
      readonly alternative?: Expression;
      readonly position: Position;
    }
  | {
      readonly kind: 'switch';
      readonly subject: Expression;
      readonly cases: readonly SwitchCase[];
      readonly alternative?: Expression;
      readonly position: Position;
    };
