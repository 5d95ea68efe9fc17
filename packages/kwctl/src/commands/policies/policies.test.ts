import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { guest, kwctl } from '../../testing/kwctl.ts';
import { unannotated } from '../../testing/modules.ts';
import { createStore } from '../../testing/store.ts';

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const privileged = guest('rust/pod-privileged.wasm');

describe('policies', () => {
  test('says nothing of a store that is empty or missing', async () => {
    const nothing = { code: 0, stdout: '', stderr: '' };
    expect(await kwctl(['policies'])).toEqual(nothing);
    expect(await kwctl(['policies'], { environment: createStore({}).environment })).toEqual(nothing);
    expect(await kwctl(['policies', '-o', 'json'])).toEqual({ ...nothing, stdout: '[]\n' });
  });

  test('gives each policy one line, whatever its file is called', async () => {
    const { environment } = createStore({ 'registry/ghcr.io/a\n| forged:v1': { copyOf: privileged } });
    const { stdout } = await kwctl(['policies'], { environment });
    expect(stdout.trimEnd().split('\n')).toHaveLength(5);
    expect(stdout).toContain('| registry://ghcr.io/a\\n| forged:v1 |');
  });

  test('is a table, sorted by URI', async () => {
    const bare = unannotated('rust/pod-privileged.wasm');
    const { environment } = createStore({
      'registry/ghcr.io/acme/b:v1': { copyOf: guest('go/required-annotations.wasm') },
      'registry/ghcr.io/acme/a:v1': { copyOf: guest('rust/context-aware.wasm') },
      'https/example.com/p.wasm': { copyOf: bare },
    });
    const { stdout, stderr } = await kwctl(['policies'], { environment });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^(\+-+){5}\+$/);
    expect(lines[1]).toMatch(/^\| Policy +\| Mutating \| Context aware \| SHA-256 +\| Size +\|$/);
    expect(
      lines.slice(3, -1).map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, 5),
      ),
    ).toEqual([
      ['https://example.com/p.wasm', 'unknown', 'no', sha256(bare).slice(0, 12)],
      ['registry://ghcr.io/acme/a:v1', 'no', 'yes', sha256(guest('rust/context-aware.wasm')).slice(0, 12)],
      [
        'registry://ghcr.io/acme/b:v1',
        'yes',
        'no',
        sha256(guest('go/required-annotations.wasm')).slice(0, 12),
      ],
    ]);
    expect(lines.at(-1)).toBe(lines[0]);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(stderr).toBe('');
  });

  test('is JSON for machines', async () => {
    const store = createStore({ 'registry/localhost:5000/p:v1': { copyOf: privileged } });
    const { stdout } = await kwctl(['policies', '-o', 'json'], { environment: store.environment });
    expect(JSON.parse(stdout)).toEqual([
      {
        uri: 'registry://localhost:5000/p:v1',
        path: store.path('registry/localhost:5000/p:v1'),
        sha256: sha256(privileged),
        size: readFileSync(privileged).byteLength,
        mutating: false,
        context_aware: false,
        problem: null,
      },
    ]);
  });

  test('a file that is broken is listed and reported, and hides nothing', async () => {
    const { environment } = createStore({
      'registry/ghcr.io/acme/a:v1': 'no module',
      'registry/ghcr.io/acme/b:v1': { copyOf: privileged },
      'somewhere/else': 'foreign',
    });
    const { code, stdout, stderr } = await kwctl(['policies'], { environment });
    expect(code).toBe(0);
    expect(stdout).toContain('| registry://ghcr.io/acme/a:v1 | unknown  | no ');
    expect(stdout).toContain('| registry://ghcr.io/acme/b:v1 | no ');
    expect(stdout).not.toContain('else');
    expect(stderr).toContain('error processing metadata of policy registry://ghcr.io/acme/a:v1 error="');
  });

  test('names of files cannot drive the terminal', async () => {
    const { environment } = createStore({ 'registry/ghcr.io/acme/\u001b[2J:v1': { copyOf: privileged } });
    expect((await kwctl(['policies'], { environment })).stdout).toContain('acme/\\u{1b}[2J:v1');
  });
});
