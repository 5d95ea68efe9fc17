import { parse, type AnyNode, type Node, type Pattern } from 'acorn';

/** Where a name that the program does not declare is used. */
interface FreeVariable {
  readonly name: string;
  /** First use that reads the variable or calls it, in the program's text; from 1. */
  readonly line: number;
  readonly column: number;
  /** The program asks somewhere whether the variable exists (`typeof name`), or assigns to it. */
  readonly isGuarded: boolean;
}

/** What a program expects of its surroundings. */
export interface FreeVariables {
  /** Names used as variables. */
  readonly variables: ReadonlyMap<string, FreeVariable>;
  /** Names used as properties of the global object (`globalThis.name`). */
  readonly properties: ReadonlySet<string>;
}

type Scope = ReadonlySet<string>;

interface Use {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly node: Node;
  readonly kind: 'read' | 'typeof' | 'write';
}

/** Names of the global object itself. */
const globalObjects = new Set(['globalThis', 'self', 'window', 'global']);

/**
 * Finds the names that a script uses and does not declare.
 *
 * @param code - a script in strict or sloppy mode, ES2024 or older
 */
export function findFreeVariables(code: string): FreeVariables {
  const program = parse(code, { ecmaVersion: 2024, sourceType: 'script', locations: true });
  const walker = new Walker();
  walker.visit(program, []);
  const variables = new Map<string, FreeVariable>();
  const guarded = new Set<string>();
  const properties = new Set<string>();
  for (const use of walker.uses) {
    if (!isFree(use)) continue;
    if (use.kind !== 'read') guarded.add(use.name);
    else if (!variables.has(use.name)) {
      const { line, column } = use.node.loc!.start;
      variables.set(use.name, { name: use.name, line, column: column + 1, isGuarded: false });
    }
  }
  for (const { base, name } of walker.properties) if (isFree(base)) properties.add(name);
  for (const [name, variable] of variables) {
    if (guarded.has(name)) variables.set(name, { ...variable, isGuarded: true });
  }
  return { variables, properties };
}

function isFree({ name, scopes }: Use): boolean {
  return !scopes.some((scope) => scope.has(name));
}

/** Walks the tree once; what is declared in a scope is collected when the scope is entered. */
class Walker {
  readonly uses: Use[] = [];
  readonly properties: { readonly base: Use; readonly name: string }[] = [];

  visit(node: AnyNode | null | undefined, scopes: readonly Scope[]): void {
    if (node === null || node === undefined) return;
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- all others are walked through
    switch (node.type) {
      case 'Program':
        this.#body(node.body, [declaredBy(node.body, true), ...scopes]);
        return;
      case 'Identifier':
        this.uses.push({ name: node.name, scopes, node, kind: 'read' });
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, scopes);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = node.id ? [new Set([node.id.name]), ...scopes] : scopes;
        this.visit(node.superClass, inner);
        for (const member of node.body.body) this.visit(member, inner);
        return;
      }
      case 'PropertyDefinition':
      case 'MethodDefinition':
      case 'Property':
        if (node.computed) this.visit(node.key, scopes);
        this.visit(node.value, scopes);
        return;
      case 'StaticBlock':
        this.#body(node.body, [declaredBy(node.body, true), ...scopes]);
        return;
      case 'BlockStatement':
        this.#body(node.body, [declaredBy(node.body, false), ...scopes]);
        return;
      case 'SwitchStatement': {
        this.visit(node.discriminant, scopes);
        const inner = [
          declaredBy(
            node.cases.flatMap(({ consequent }) => consequent),
            false,
          ),
          ...scopes,
        ];
        for (const { test, consequent } of node.cases) {
          this.visit(test, inner);
          this.#body(consequent, inner);
        }
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement': {
        const head = node.type === 'ForStatement' ? node.init : node.left;
        const declared = head?.type === 'VariableDeclaration' ? declaredBy([head], false) : new Set<string>();
        this.#children(node, [declared, ...scopes]);
        return;
      }
      case 'CatchClause': {
        const inner = [new Set(node.param ? namesOf(node.param) : []), ...scopes];
        this.visit(node.param, inner);
        this.visit(node.body, inner);
        return;
      }
      case 'MemberExpression':
        this.#member(node, scopes);
        return;
      case 'UnaryExpression':
        if (node.operator === 'typeof' && node.argument.type === 'Identifier') {
          this.uses.push({ name: node.argument.name, scopes, node, kind: 'typeof' });
        } else this.visit(node.argument, scopes);
        return;
      case 'AssignmentExpression':
        if (node.left.type === 'Identifier' && node.operator === '=') {
          this.uses.push({ name: node.left.name, scopes, node, kind: 'write' });
        } else this.visit(node.left, scopes);
        this.visit(node.right, scopes);
        return;
      case 'LabeledStatement':
        this.visit(node.body, scopes);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        return;
      default:
        this.#children(node, scopes);
    }
  }

  #body(nodes: readonly AnyNode[], scopes: readonly Scope[]): void {
    for (const node of nodes) this.visit(node, scopes);
  }

  #children(node: AnyNode, scopes: readonly Scope[]): void {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) this.#body(value.filter(isNode), scopes);
      else if (isNode(value)) this.visit(value, scopes);
    }
  }

  #function(
    node: AnyNode & { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' },
    scopes: readonly Scope[],
  ): void {
    const declared = new Set(node.params.flatMap(namesOf));
    if (node.type !== 'ArrowFunctionExpression') declared.add('arguments');
    if (node.type === 'FunctionExpression' && node.id) declared.add(node.id.name);
    if (node.body.type === 'BlockStatement')
      for (const name of declaredBy(node.body.body, true)) declared.add(name);
    const inner = [declared, ...scopes];
    for (const parameter of node.params) this.visit(parameter, inner);
    if (node.body.type === 'BlockStatement') this.#body(node.body.body, inner);
    else this.visit(node.body, inner);
  }

  #member(node: AnyNode & { type: 'MemberExpression' }, scopes: readonly Scope[]): void {
    const { object, property, computed } = node;
    if (object.type === 'Identifier' && globalObjects.has(object.name)) {
      const base: Use = { name: object.name, scopes, node: object, kind: 'read' };
      if (!computed && property.type === 'Identifier') this.properties.push({ base, name: property.name });
      else if (property.type === 'Literal' && typeof property.value === 'string') {
        this.properties.push({ base, name: property.value });
      }
    }
    this.visit(object, scopes);
    if (computed) this.visit(property, scopes);
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/**
 * The names that statements declare for the scope they stand in.
 *
 * @param isFunctionScope - whether `var` and functions of inner blocks belong to this scope, too
 */
function declaredBy(statements: readonly AnyNode[], isFunctionScope: boolean): Set<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- others declare nothing here
    switch (statement.type) {
      case 'VariableDeclaration':
        for (const { id } of statement.declarations) for (const name of namesOf(id)) names.add(name);
        break;
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        if (statement.id) names.add(statement.id.name);
        break;
      default:
    }
  }
  if (isFunctionScope) for (const statement of statements) collectVars(statement, names);
  return names;
}

/** Adds the variables that `var` declares anywhere below, short of inner functions. */
function collectVars(node: AnyNode, names: Set<string>): void {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- others are searched below
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ClassDeclaration':
    case 'ClassExpression':
      return;
    case 'VariableDeclaration':
      if (node.kind === 'var')
        for (const { id } of node.declarations) for (const name of namesOf(id)) names.add(name);
      break;
    default:
  }
  for (const value of Object.values(node) as unknown[]) {
    const children: unknown[] = Array.isArray(value) ? value : [value];
    for (const child of children) if (isNode(child)) collectVars(child, names);
  }
}

/** The names that a pattern binds. */
function namesOf(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesOf(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : namesOf(element)));
    case 'RestElement':
      return namesOf(pattern.argument);
    case 'AssignmentPattern':
      return namesOf(pattern.left);
    case 'MemberExpression':
      return [];
  }
}
