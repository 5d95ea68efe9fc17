/**
 * Checks the import rules of the architecture: a package imports only packages of the rows above its own, no
 * file-level circle exists, browser packages import nothing of Node, and a package is entered through its
 * exports only.
 *
 * Prints each offence with its file and line, and exits with 1 if there are any.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuiltin } from 'node:module';
import { parseSync } from 'oxc-parser';

/** The rows of the architecture, from the bottom up; packages of the same row do not know each other. */
const rows: readonly (readonly string[])[] = [
  ['policy', 'policy-sdk', 'create-kubewarden-policy'],
  ['evaluator', 'registry', 'policy-compiler'],
  ['signatures', 'policy-sdk/testing'],
  ['capabilities', 'evaluation-pool'],
  ['policy-server', 'kwctl'],
];

/** Packages that must run in a browser. */
const browserPackages = new Set(['policy', 'evaluator', 'policy-sdk']);

/** Packages that end up in policies and bring nothing along: they import only types. */
const packagesOfTheirOwn = new Set(['policy-sdk']);

/** Folders that are in another row than the rest of their package. */
const parts = ['policy-sdk/testing'] as const;

interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Whether nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  const { module, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const lineAt = (offset: number): number => source.slice(0, offset).split('\n').length;
  const found: Import[] = [];
  for (const entry of module.staticImports) {
    const typeOnly = entry.entries.length > 0 && entry.entries.every(({ isType }) => isType);
    found.push({ specifier: entry.moduleRequest.value, line: lineAt(entry.start), typeOnly });
  }
  for (const entry of module.staticExports) {
    for (const { moduleRequest, isType } of entry.entries) {
      if (!moduleRequest) continue;
      found.push({ specifier: moduleRequest.value, line: lineAt(entry.start), typeOnly: isType });
    }
  }
  for (const entry of module.dynamicImports) {
    const text = source.slice(entry.moduleRequest.start, entry.moduleRequest.end);
    const literal = /^(['"])(.*)\1$/.exec(text);
    if (literal) found.push({ specifier: literal[2]!, line: lineAt(entry.start), typeOnly: false });
  }
  return found;
}

/** Every circle of the graph once, as the path that closes it. */
export function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (node: string): void => {
    state.set(node, 'open');
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      if (state.get(next) === 'open') circles.push([...path.slice(path.indexOf(next)), next]);
      else if (!state.has(next)) visit(next);
    }
    path.pop();
    state.set(node, 'done');
  };
  for (const node of graph.keys()) if (!state.has(node)) visit(node);
  return circles;
}

/** Checks the packages below `root` and returns one sentence for each offence. */
export function checkImports(root: string): string[] {
  const offences: string[] = [];
  const graph = new Map<string, string[]>();
  const rowOf = new Map(rows.flatMap((names, row) => names.map((name) => [name, row] as const)));

  for (const file of globSync('packages/*/src/**/*.ts', { cwd: root }).toSorted()) {
    const [, name] = file.split('/') as [string, string];
    const owner = parts.find((part) => file.startsWith(`packages/${part.replace('/', '/src/')}/`)) ?? name;
    const row = rowOf.get(owner);
    if (row === undefined) {
      offences.push(`${file}: package ${owner} is not in the rows of tools/check-imports.ts`);
      continue;
    }
    // A part of a package that is called `testing` is published; other folders of that name serve the tests beside them.
    const isTest = file.endsWith('.test.ts') || (file.includes('/src/testing/') && owner === name);
    const edges: string[] = [];
    for (const { specifier, line, typeOnly } of importsOf(join(root, file))) {
      const at = `${file}:${line}`;
      if (specifier.startsWith('.')) {
        const target = relative(root, join(root, dirname(file), specifier));
        if (!target.startsWith(`packages/${name}/src/`) && !isTest) {
          offences.push(`${at}: ${specifier} leaves the package`);
        }
        if (!existsSync(join(root, target))) offences.push(`${at}: ${specifier} does not exist`);
        edges.push(target);
      } else if (packagesOfTheirOwn.has(owner) && !typeOnly && !isTest) {
        offences.push(`${at}: ${owner} ends up in policies and must not import ${specifier}`);
      } else if (specifier.startsWith('@kubewarden/') || rowOf.has(specifier)) {
        const other = specifier.replace('@kubewarden/', '').split('/')[0]!;
        const otherRow = rowOf.get(other);
        if (otherRow === undefined) offences.push(`${at}: unknown package ${specifier}`);
        // What a package makes may have to be tried out with its neighbour.
        else if (other !== name && (isTest ? otherRow > row : otherRow >= row)) {
          offences.push(`${at}: ${owner} (row ${row + 1}) must not import ${other} (row ${otherRow + 1})`);
        }
      } else if (browserPackages.has(owner) && isBuiltin(specifier) && !isTest) {
        offences.push(`${at}: ${owner} runs in browsers and must not import ${specifier}`);
      }
    }
    if (!isTest) graph.set(file, edges);
  }
  for (const circle of findCircles(graph)) offences.push(`circle: ${circle.join(' → ')}`);
  return offences;
}

if (import.meta.main) {
  const offences = checkImports(fileURLToPath(new URL('..', import.meta.url)));
  for (const offence of offences) console.error(offence);
  if (offences.length > 0) process.exit(1);
  console.log('imports: every arrow points upward, no circles');
}
