import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { BuildFailure, Message, Metafile } from 'esbuild';
import type { CompileWarning } from '../compiled-policy.ts';
import { CompileError, type SourceLocation } from '../errors.ts';
import { nodeImportPlugin, refuseNodeImports } from './node-imports.ts';
import { bundleName } from './source-map.ts';

/** The author's program with all that it imports, as one script. */
export interface Bundle {
  /** Defines the variable {@link policyVariable}. */
  readonly code: string;
  readonly sourceMap: string;
  readonly metafile: Metafile;
  readonly warnings: readonly CompileWarning[];
  /** Folder of the project, absolute; all names of files are relative to it. */
  readonly root: string;
  /** The entry, relative to the project. */
  readonly entry: string;
}

/** What holds the exports of the entry. */
export const policyVariable = '__kw_policy';

/**
 * Bundles a policy.
 *
 * @throws CompileError for what cannot be read, parsed or resolved
 */
export async function bundlePolicy(entry: string): Promise<Bundle> {
  const { build } = await import('esbuild');
  const { file, root } = locateEntry(entry);
  try {
    const { outputFiles, metafile, warnings } = await build({
      absWorkingDir: root,
      entryPoints: [file],
      outfile: join(root, bundleName),
      bundle: true,
      write: false,
      metafile: true,
      format: 'iife',
      globalName: policyVariable,
      platform: 'neutral',
      mainFields: ['module', 'main'],
      target: 'es2023',
      charset: 'ascii',
      minifySyntax: true,
      legalComments: 'none',
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [refuseNodeImports],
    });
    const text = (suffix: string): string => outputFiles.find(({ path }) => path.endsWith(suffix))!.text;
    return {
      code: withShortNames(text(bundleName)),
      sourceMap: withShortSources(text('.map')),
      metafile,
      warnings: warnings.map(toWarning),
      root,
      entry: relative(root, file),
    };
  } catch (cause) {
    const [message] = (cause as Partial<BuildFailure>).errors ?? [];
    if (message === undefined) throw cause;
    throw toError(message, cause);
  }
}

/**
 * Files of packages are named from `node_modules` on: where a package manager has put that folder must not make
 * another module of the same sources.
 */
function withShortSources(sourceMap: string): string {
  const map = JSON.parse(sourceMap) as { sources: string[] };
  const sources = map.sources.map((file) => {
    const folder = file.lastIndexOf('node_modules/');
    return folder < 0 ? file : file.slice(folder);
  });
  return JSON.stringify({ ...map, sources });
}

/** The same for the names that esbuild gives to the functions around modules: a line of their own for each. */
function withShortNames(code: string): string {
  return code.replaceAll(/^( *")[^"\n]*\/(?=node_modules\/[^"\n]*"\()/gm, '$1');
}

function locateEntry(entry: string): { readonly file: string; readonly root: string } {
  const path = resolve(entry);
  let file: string;
  try {
    file = realpathSync(path);
  } catch (cause) {
    const hint = 'name the TypeScript or JavaScript file whose default export is the policy';
    throw new CompileError('entry-not-found', `${entry} cannot be read`, { hint, cause });
  }
  let root = dirname(file);
  while (!existsSync(join(root, 'package.json'))) {
    const parent = dirname(root);
    if (parent === root) return { file, root: dirname(file) };
    root = parent;
  }
  return { file, root };
}

function toLocation({ location }: Message): SourceLocation | undefined {
  // esbuild counts columns from 0, in bytes of UTF-8.
  if (location === null) return undefined;
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString();
  return { file: location.file, line: location.line, column: before.length + 1 };
}

function toWarning(message: Message): CompileWarning {
  const location = toLocation(message);
  return { message: message.text, ...(location === undefined ? {} : { location }) };
}

function toError(message: Message, cause: unknown): CompileError {
  const location = toLocation(message);
  if (message.pluginName === nodeImportPlugin) {
    return new CompileError('node-import', message.text, { location, hint: message.notes[0]?.text, cause });
  }
  if (message.text.startsWith('Top-level await')) {
    const hint = 'a policy is evaluated once, when it is compiled: move the await into a handler';
    return new CompileError('top-level-await', 'await is used outside of a function', {
      location,
      hint,
      cause,
    });
  }
  const unresolved = /^Could not resolve "(.*)"$/.exec(message.text);
  const hint =
    unresolved === null
      ? undefined
      : /^[./]/.test(unresolved[1]!)
        ? 'check the path'
        : `install it: npm install ${packageOf(unresolved[1]!)}`;
  return new CompileError('bundle', message.text, { location, hint, cause });
}

/** `@scope/name/part` → `@scope/name` */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
