import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { findSource } from '../guest/line-table.ts';
import { project } from '../testing/policy.ts';
import { makeLineTable } from './line-table.ts';
import { BundleSources } from './source-map.ts';

it.each([0, 2])('names the same lines as the source map, behind %i lines', async (offset) => {
  const folder = project({
    'a.ts': `import { b } from './b.ts';\n\nexport function a(x: number) {\n  if (x > 1) return b(x) +\n    b(x + 1);\n  return {\n    x,\n    y: [x, b(x)],\n  };\n}\n`,
    'b.ts': `export const b = (n: number) => {\n  switch (n) {\n    case 1: return 'one';\n    default: return n + 1;\n  }\n};\n`,
  });
  for (const minify of [false, true]) {
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ['a.ts'],
      outfile: `${folder}/policy.js`,
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'x',
      sourcemap: 'external',
      minify,
    });
    const text = (suffix: string): string => outputFiles.find(({ path }) => path.endsWith(suffix))!.text;
    const [map, code] = [text('.js.map'), text('.js')];
    const sources = new BundleSources(map, 0);
    const table = makeLineTable(map, offset);
    let compared = 0;
    for (const [index, line] of code.split('\n').entries()) {
      for (let column = 1; column <= line.length; column++) {
        const exact = sources.locate(index + 1, column);
        const found = findSource(table, index + 1 + offset, column);
        if (found === undefined || exact === undefined) continue;
        expect({ ...found, column, index }).toEqual({ file: exact.file, line: exact.line, column, index });
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
    expect(table.mappings.length).toBeLessThan(map.length / 2);
  }
});

it('knows nothing of lines behind the bundle', () => {
  expect(findSource({ sources: 'a', mappings: 'AAA' }, 5, 1)).toBeUndefined();
  expect(findSource({ sources: '', mappings: '' }, 1, 1)).toBeUndefined();
});
