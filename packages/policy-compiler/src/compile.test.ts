import { HostCallError } from '@kubewarden/evaluator';
import { readMetadata, readModule } from '@kubewarden/policy';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import {
  abis,
  bodyLine,
  policySource,
  project,
  refuseWith,
  testPolicy,
  type HostCall,
} from './testing/policy.ts';

const privileged = policySource(`
  const containers: { securityContext?: { privileged?: boolean } }[] = request.spec?.containers ?? [];
  if (containers.some((container) => container.securityContext?.privileged)) return 'privileged';
  if (settings.label === undefined) return { accepted: true };
  return { accepted: true, mutated_object: { ...request, label: settings.label } };`);

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const pod = (privileged: boolean): object => ({
  spec: { containers: [{ securityContext: { privileged } }] },
});

const echo: HostCall = (binding, namespace, operation, payload) =>
  encode([binding, namespace, operation, new TextDecoder().decode(payload), '€'].join(' '));

const halfWilling: HostCall = (_binding, _namespace, operation) => {
  if (operation === 'v1/verify') throw new HostCallError('first fails, ');
  return encode('second does not');
};

describe.each(abis)('a policy compiled for %s', (abi) => {
  it('accepts, rejects, mutates and checks its settings', async () => {
    const policy = await testPolicy(privileged, abi);
    expect(await policy.validate(pod(false))).toMatchObject({ allowed: true });
    expect(await policy.validate(pod(true))).toMatchObject({
      allowed: false,
      status: { message: 'privileged' },
    });
    expect(await policy.validate(pod(false), { label: 'ö' })).toMatchObject({
      allowed: true,
      patch: expect.anything() as unknown,
    });
    expect(await policy.validateSettings({})).toEqual({ valid: true });
    expect(await policy.validateSettings({ valid: false })).toEqual({
      valid: false,
      message: 'settings say so',
    });
  });

  it('imports nothing but its ABI and WASI', async () => {
    const { compiled } = await testPolicy(privileged, abi);
    const modules = new Set(readModule(compiled.wasm).imports.map(({ module }) => module));
    expect([...modules].toSorted()).toEqual(
      [abi === 'wapc' ? 'wapc' : 'host', 'wasi_snapshot_preview1'].toSorted(),
    );
  });

  it('is the same each time, whatever folder it lies in', async () => {
    const first = await testPolicy(privileged, abi);
    const second = await testPolicy(privileged, abi);
    expect(second.compiled.digest).toBe(first.compiled.digest);
    const other = await testPolicy(privileged.replace("return 'privileged'", "return 'Privileged'"), abi);
    expect(other.compiled.digest).not.toBe(first.compiled.digest);
  });

  it('is the same wherever the package manager puts its packages', async () => {
    const lib = {
      'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0","main":"i.js"}',
      'node_modules/lib/i.js': 'exports.f = (x) => x + 1;',
    };
    const source = policySource('return f(1)', { top: `import { f } from 'lib';` });
    const manifest = { 'packages/mine/package.json': '{"name":"probe"}', 'packages/mine/policy.ts': source };
    const hoisted = join(project({ ...lib, ...manifest }), 'packages/mine/policy.ts');
    const beside = join(project({ ...lib, 'policy.ts': source }), 'policy.ts');
    const digests = [hoisted, beside].map(async (entry) => (await compilePolicy({ entry, abi })).digest);
    expect(await digests[0]).toBe(await digests[1]);
  });

  it('is no larger than policies should be', async () => {
    const { compiled } = await testPolicy(privileged, abi);
    expect(compiled.size.wasm).toBe(compiled.wasm.length);
    expect(compiled.size.wasm).toBeLessThanOrEqual(900_000);
    expect(compiled.size.gzip).toBeLessThanOrEqual(400_000);
    expect(compiled.warnings).toEqual([]);
  });

  it('asks the host', async () => {
    const body = `return host('kubewarden', 'kubernetes', 'get_resource', JSON.stringify({ name: 'ä' }));`;
    const top =
      'const host: (...names: string[]) => string = (...names) => (globalThis as any).__kw_host_call(...names);';
    const policy = await testPolicy(policySource(body, { top }), abi);
    const answer = 'kubewarden kubernetes get_resource {"name":"ä"} €';
    expect(await policy.message({}, {}, echo)).toBe(answer);
    expect(await policy.message({}, {}, async (...names) => echo(...names))).toBe(answer);
    expect(await policy.message({}, {}, () => new Uint8Array())).toBe('');
    expect(await policy.message({}, {}, refuseWith('not granted'))).toBe('Error: not granted (policy.ts:1)');
  });

  it('asks the host twice, and goes on after an error', async () => {
    const body = `
      const host = (globalThis as any).__kw_host_call;
      try { host('kubewarden', 'oci', 'v1/verify', '1'); } catch (error) { return error.message + host('kubewarden', 'net', 'x', '2'); }`;
    const policy = await testPolicy(policySource(body), abi);
    expect(await policy.message({}, {}, halfWilling)).toBe('first fails, second does not');
  });

  it('says in which line of the source it threw', async () => {
    const body = `if (request.deep) thrower();\n\nthrow new TypeError('own ' + request.name);`;
    const policy = await testPolicy(
      {
        'policy.ts': policySource(body, { top: `import { thrower } from 'somewhere';` }),
        'node_modules/somewhere/package.json': '{"name":"somewhere","version":"0.1.0","main":"index.js"}',
        'node_modules/somewhere/index.js':
          '// a package\n\nexports.thrower = () => { throw new Error("theirs"); };',
      },
      abi,
    );
    expect(await policy.message({ name: 'ü' })).toBe(`TypeError: own ü (policy.ts:${bodyLine + 2})`);
    expect(await policy.message({ deep: true })).toBe(
      `Error: theirs (node_modules/somewhere/index.js:3, called at policy.ts:${bodyLine})`,
    );
  });

  it.each([
    [`throw 'text'`, 'text'],
    [`throw { toString() { throw 1; } }`, 'an error that cannot be turned into text'],
    [`throw null`, 'null'],
    [`throw new Error('\\ud800')`, `Error: \ufffd (policy.ts:${bodyLine})`],
  ])('reports what is thrown: %s', async (body, message) => {
    expect(await (await testPolicy(policySource(body), abi)).message()).toBe(message);
  });

  it.each([
    ['calls', 'const f = (): number => f() + 1; f();'],
    ['callbacks', 'const f = (): any => [1].map(() => f()); f();'],
    ['generators', 'function* g(): any { yield* g(); } [...g()];'],
    ['serialisation', 'const o: any = { toJSON: () => JSON.stringify(o) }; JSON.stringify(o);'],
    ['conversions', 'const o: any = { toString: () => "" + o }; String(o);'],
    ['comparisons', 'const f = (): any => [2, 1].sort(() => f()); f();'],
  ])('gets a RangeError for endless recursion: %s', async (_name, code) => {
    const policy = await testPolicy(
      policySource(
        `try { ${code} } catch (error) { return error instanceof RangeError ? 'RangeError' : error; }`,
      ),
      abi,
    );
    expect(await policy.message()).toBe('RangeError');
    expect(await policy.message()).toBe('RangeError');
  });

  it('draws other random numbers in each evaluation', async () => {
    const policy = await testPolicy(policySource('return Math.random()'), abi);
    const drawn = [await policy.message(), await policy.message(), await policy.message()].map(Number);
    expect(new Set(drawn).size).toBe(3);
    expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
  });

  it('has a clock that goes', async () => {
    const policy = await testPolicy(policySource('return `${new Date().toISOString()} ${Date.now()}`'), abi);
    const [text, number] = (await policy.message())!.split(' ');
    expect(Number(number)).toBeGreaterThan(Date.parse('2025-01-01'));
    expect(Math.abs(Number(number) - Date.parse(text!))).toBeLessThan(60_000);
  });

  it('may use the clock later that it took at the top', async () => {
    const top = `const now = Date.now; const D = Date; const random = Math.random; class Later extends Date {}`;
    const body = `return [now() > 1e12, new D().getTime() > 1e12, random() < 1, new Later().getTime() > 1e12,
      new Later() instanceof D, new Date() instanceof D, Date === globalThis.Date, new D(5).getTime()].join()`;
    const policy = await testPolicy(policySource(body, { top }), abi);
    expect(await policy.message()).toBe('true,true,true,true,true,true,true,5');
  });

  it('waits for promises', async () => {
    const policy = await testPolicy(
      policySource(
        `let sum = 0;
        for (const n of request.numbers) sum += await Promise.resolve(n);
        if (sum === 0) throw new Error('nothing');
        if (sum < 0) await new Promise(() => undefined);
        return sum;`,
        { isAsync: true },
      ),
      abi,
    );
    expect(await policy.message({ numbers: [1, 2, 3] })).toBe('6');
    expect(await policy.message({ numbers: [] })).toBe(`Error: nothing (policy.ts:${bodyLine + 2})`);
    expect(await policy.message({ numbers: [-1] })).toContain('never settles');
  });

  it('finds nothing of the evaluation before', async () => {
    const policy = await testPolicy(policySource('return ++count', { top: 'let count = 0;' }), abi);
    expect([await policy.message(), await policy.message()]).toEqual(['1', '1']);
  });

  it('evaluates what stands at the top when it is compiled', async () => {
    const top = 'const squares = Array.from({ length: 1000 }, (_, n) => n * n);';
    expect(await (await testPolicy(policySource('return squares[999]', { top }), abi)).message()).toBe(
      '998001',
    );
  });

  it('takes requests of a megabyte', async () => {
    const policy = await testPolicy(policySource('return request.text.length + request.text.slice(-2)'), abi);
    const text = 'ü€'.repeat(250_000);
    expect(await policy.message({ text })).toBe('500000ü€');
  });

  it('gets rid of garbage that refers to itself', async () => {
    const body = `
      for (let n = 0; n < 300; n++) { const cycle: any = { data: new Uint8Array(1_000_000).fill(n) }; cycle.self = cycle; }
      return 'done'`;
    const policy = await testPolicy(policySource(body), abi, {}, 64 * 1024 * 1024);
    expect(await policy.message()).toBe('done');
  });

  it('has to answer with text', async () => {
    const source = policySource('return 1').replace('JSON.stringify(typeof', '5 as any ?? String(typeof');
    expect(await (await testPolicy(source, abi)).message()).toBe(
      'validate answered with number instead of text',
    );
  });

  it('carries its metadata', async () => {
    const metadata = {
      rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE' as const] }],
      mutating: false,
      backgroundAudit: true,
      executionMode: 'opa' as const,
      policyType: 'kubernetes' as const,
      contextAwareResources: [],
    };
    const { compiled } = await testPolicy(privileged, abi, { metadata });
    expect(readMetadata(compiled.wasm)).toEqual({
      ...metadata,
      executionMode: abi === 'wapc' ? 'kubewarden-wapc' : 'wasi',
      protocolVersion: abi === 'wapc' ? 'v1' : 'Unknown',
    });
  });
});

it('a waPC policy keeps its sandbox: it is restored, never made again', async () => {
  const { plan, runtime } = await testPolicy(privileged, 'wapc');
  expect(plan.strategy).toBe('restore');
  expect(await runtime.protocolVersion()).toBe('v1');
});

it('both ABIs come to the same verdicts', async () => {
  const [wapc, wasi] = [await testPolicy(privileged, 'wapc'), await testPolicy(privileged, 'wasi')];
  const requests = [
    {},
    { spec: { containers: [] } },
    { spec: { containers: [{ securityContext: { privileged: true } }] } },
    { spec: { containers: [{}, { securityContext: { privileged: false } }] }, uid: 'x', big: 2 ** 60 },
  ];
  for (const settings of [{}, { label: 'x' }]) {
    for (const request of requests) {
      expect(await wapc.validate(request, settings)).toEqual(await wasi.validate(request, settings));
    }
  }
});

it('a program for Javy reads stdin and writes stdout', async () => {
  const source = `
    declare const Javy: any, policyAction: () => string, __hostCall: (...values: unknown[]) => boolean;
    const read = (): string => {
      const chunks: number[] = [];
      const buffer = new Uint8Array(7);
      for (let count; (count = Javy.IO.readSync(0, buffer)) > 0;) chunks.push(...buffer.subarray(0, count));
      return new TextDecoder().decode(new Uint8Array(chunks));
    };
    const write = (value: unknown): void => {
      Javy.IO.writeSync(1, new TextEncoder().encode(JSON.stringify(value)));
    };
    const input = JSON.parse(read());
    if (policyAction() === 'validate-settings') write({ valid: input.valid !== false });
    else {
      if (input.request.fail) throw new Error('failed');
      const payload = new TextEncoder().encode('"example.com"').buffer;
      const ok = __hostCall('kubewarden', 'net', 'v1/dns_lookup_host', payload);
      console.log('a log line');
      write({ accepted: false, message: ok + ' ' + read() + ' ' + (Date.now() > 1e12) });
    }`;
  for (const abi of abis) {
    const policy = await testPolicy(source, abi);
    expect(await policy.validateSettings({ valid: false })).toEqual({ valid: false });
    expect(await policy.validateSettings({})).toEqual({ valid: true });
    const call: HostCall = (_binding, namespace, operation, payload) => {
      if (namespace === 'tracing') return new Uint8Array();
      return encode(`${operation} ${new TextDecoder().decode(payload)}`);
    };
    expect(await policy.message({}, {}, call)).toBe('true v1/dns_lookup_host "example.com" true');
    expect(await policy.message({}, {}, refuseWith('no'))).toBe('false no true');
    expect(await policy.message({ fail: 1 })).toMatch(/^Error: failed \(policy\.ts:15\)$/);
  }
});

it('says which packages are in a module', async () => {
  const { compiled } = await testPolicy(
    {
      'policy.ts': policySource('return a + b()', {
        top: `import { a } from '@scope/one'; import { b } from './lib/b.ts';`,
      }),
      'lib/b.ts': 'export const b = (): number => 2;',
      'node_modules/@scope/one/package.json':
        '{"name":"@scope/one","version":"3.2.1","license":"(MIT OR Apache-2.0)","main":"i.js"}',
      'node_modules/@scope/one/i.js': 'exports.a = 1;',
    },
    'wapc',
  );
  expect(compiled.inputs.project).toEqual({ name: 'probe', version: '1.2.3' });
  expect(compiled.inputs.files).toEqual(['lib/b.ts', 'node_modules/@scope/one/i.js', 'policy.ts']);
  expect(
    compiled.inputs.packages.map(({ name, version, licence }) => `${name} ${version} ${licence}`),
  ).toEqual([
    expect.stringMatching(/^@kubewarden\/policy-compiler /),
    '@scope/one 3.2.1 (MIT OR Apache-2.0)',
    'quickjs-wasi 3.6.2 MIT',
  ]);
  expect(compiled.watchFiles).toHaveLength(3);
});

it('a module above the limit is refused, one above the comfortable size warned of', async () => {
  const top = `const data = ${JSON.stringify(Array.from({ length: 6000 }, (_, n) => `entry ${n * 7919}`))};`;
  const source = policySource('return data[request.n]', { top });
  const { compiled } = await testPolicy(source, 'wapc');
  expect(compiled.warnings).toEqual([
    { message: expect.stringMatching(/^the module has \d+ bytes, more than 900000; /) as string },
  ]);
  await expect(testPolicy(source, 'wapc', { maximumBytes: 1_000_000 })).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/^the module has \d+ bytes, more than the 1000000 allowed; /) as string,
  });
});

it('knows JSON files, enums and parameter properties', async () => {
  const top = `import data from './data.json';
    enum Colour { Red = 1, Green }
    class Box { constructor(readonly content: number) {} }`;
  const folder = project({
    'policy.ts': policySource('return data.a + Colour.Green + new Box(3).content', { top }),
    'data.json': '{"a":1}',
  });
  const { wasm } = await compilePolicy({ entry: join(folder, 'policy.ts'), abi: 'wapc' });
  expect(wasm.length).toBeGreaterThan(0);
});
