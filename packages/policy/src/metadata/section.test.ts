import { describe, expect, it } from 'vitest';
import createWabt from 'wabt';
import {
  declaredModeProblem,
  determineExecutionMode,
  isRegoModule,
  type ExecutionMode,
} from '../execution-mode.ts';
import { customSection, walkSections, writeModule } from '../wasm/sections.ts';
import { compareHostCapabilities, usedHostCapabilities } from './host-capability-scan.ts';
import type { Metadata } from './metadata.ts';
import { annotateModule, defaultMetadata, metadataSectionName, readMetadata } from './section.ts';

const wabt = await createWabt();
const compile = (wat: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(wabt.parseWat('test.wat', wat).toBinary({}).buffer);

const metadata: Metadata = { ...defaultMetadata, protocolVersion: 'v1', annotations: { a: 'b' } };

describe('the metadata section', () => {
  const plain = compile('(module (func (export "run") (result i32) (i32.const 7)))');

  it('is read back, and the module still works', async () => {
    const annotated = annotateModule(plain, metadata);
    expect(readMetadata(plain)).toBeUndefined();
    expect(readMetadata(annotated)).toEqual(metadata);
    const { instance } = await WebAssembly.instantiate(annotated);
    expect((instance.exports['run'] as () => number)()).toBe(7);
  });

  it('replaces all earlier ones, so that annotating again has an effect', () => {
    const twice = annotateModule(annotateModule(plain, { ...metadata, mutating: true }), metadata);
    const names = [...walkSections(twice)].map(({ name }) => name);
    expect(names.filter((name) => name === metadataSectionName)).toHaveLength(1);
    expect(readMetadata(twice)).toEqual(metadata);
  });

  it('is the first of that name, and nothing behind it is looked at', () => {
    const first = customSection(
      metadataSectionName,
      new TextEncoder().encode('{"rules":[],"mutating":true}'),
    );
    const second = customSection(metadataSectionName, new Uint8Array(0));
    const module = writeModule([first, second]);
    expect(readMetadata(module.subarray(0, module.length - 5))?.mutating).toBe(true);
  });

  it.each([
    [
      'text',
      new TextEncoder().encode('(module)'),
      'cannot parse custom section of wasm module: not a WebAssembly',
    ],
    [
      'no JSON',
      writeModule([customSection(metadataSectionName, Uint8Array.of(0x7b))]),
      'cannot deserialize custom section `io.kubewarden.metadata` of wasm module: EOF while parsing an object',
    ],
    [
      'another shape',
      writeModule([customSection(metadataSectionName, Uint8Array.of(0x7b, 0x7d))]),
      'cannot deserialize custom section `io.kubewarden.metadata` of wasm module: missing field `rules`',
    ],
  ])('says what is wrong: %s', (_, module, message) => {
    expect(() => readMetadata(module)).toThrow(message);
  });

  it("takes Javy's host function from where the host offers it", () => {
    const javy = compile(`(module
      (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
      (import "kubewarden:javy/host" "call" (func (param i32) (result i32)))
      (import "kubewarden:javy/host" "other" (func)))`);
    const annotated = new WebAssembly.Module(annotateModule(javy, metadata));
    expect(WebAssembly.Module.imports(annotated).map(({ module, name }) => `${module} ${name}`)).toEqual([
      'wasi_snapshot_preview1 proc_exit',
      'host call',
      'kubewarden:javy/host other',
    ]);
  });
});

function withData(segments: readonly string[]): Uint8Array {
  return compile(`(module (memory 1) ${segments.map((data) => `(data (i32.const 0) "${data}")`).join(' ')})`);
}

describe('usedHostCapabilities', () => {
  it.each([
    [['kubernetesget_resource'], ['kubernetes/get_resource']],
    [
      ['xxkubernetes', 'list_resources_all can_i'],
      ['kubernetes/can_i', 'kubernetes/list_resources_all'],
    ],
    [['get_resource'], []],
    [['kube', 'rnetesget_resource'], []],
    [['ociv1/oci_manifest_config'], ['oci/v1/oci_manifest_config']],
    [['ociv1/oci_manifest'], ['oci/v1/oci_manifest']],
    [['ociv1/oci_manifest_configv1/oci_manifest\\ff'], ['oci/v1/oci_manifest', 'oci/v1/oci_manifest_config']],
    [['cache get set'], []],
  ])('%j', (segments, expected) => {
    expect(usedHostCapabilities(withData(segments))).toEqual(expected);
  });

  it('is compared with what is declared, wildcards included', () => {
    const used = ['kubernetes/can_i', 'oci/v2/verify'];
    expect(compareHostCapabilities(['kubernetes/get_resource', 'oci/v2/*', 'cache/get'], used)).toEqual({
      undeclared: ['kubernetes/can_i'],
      undetected: ['kubernetes/get_resource'],
    });
    expect(compareHostCapabilities(['*'], used)).toEqual({ undeclared: [], undetected: [] });
  });
});

function different(declared: string, requested: string): string {
  return (
    'The policy execution mode specified via CLI flag is different from the one reported inside of ' +
    `policy's metadata. Metadata reports ${declared} instead of ${requested}`
  );
}

describe('execution modes', () => {
  it('are Rego where an export starts with opa_', () => {
    expect(isRegoModule(compile('(module (func (export "opa_eval")))'))).toBe(true);
    expect(isRegoModule(compile('(module (func (export "not_opa_eval")))'))).toBe(false);
  });

  const wrongRego =
    'The policy has been created with Rego, the policy execution mode specified via CLI flag is wrong';
  const notRego =
    'The policy has not been created with Rego, the policy execution mode specified via CLI flag is wrong';
  it.each<[ExecutionMode | undefined, ExecutionMode | undefined, boolean, string]>([
    ['kubewarden-wapc', undefined, false, 'kubewarden-wapc'],
    ['wasi', 'wasi', false, 'wasi'],
    ['opa', undefined, true, 'opa'],
    ['gatekeeper', 'gatekeeper', true, 'gatekeeper'],
    ['kubewarden-wapc', undefined, true, wrongRego],
    ['wasi', 'wasi', true, wrongRego],
    ['opa', undefined, false, notRego],
    ['gatekeeper', 'opa', true, different('gatekeeper', 'opa')],
    ['kubewarden-wapc', 'opa', false, different('kubewarden-wapc', 'opa')],
    [undefined, undefined, false, 'kubewarden-wapc'],
    [
      undefined,
      undefined,
      true,
      'The policy has been created with Rego, please specify which Opa runtime has to be used',
    ],
    [undefined, 'opa', true, 'opa'],
    [undefined, 'gatekeeper', false, notRego],
    [undefined, 'kubewarden-wapc', true, wrongRego],
    [undefined, 'wasi', false, 'wasi'],
  ])('declared %s, requested %s, Rego %s: %s', (declared, requested, rego, expected) => {
    let outcome: string;
    try {
      outcome = determineExecutionMode(declared, requested, rego);
    } catch (error) {
      outcome = (error as Error).message;
    }
    expect(outcome).toBe(expected);
  });

  it('are checked against the module when an author declares them', () => {
    const prefix = "Wrong value inside of policy's metadata for 'executionMode'.";
    expect(declaredModeProblem('wasi', true)).toBeUndefined();
    expect(declaredModeProblem('opa', true)).toBeUndefined();
    expect(declaredModeProblem('opa', false)).toBe(`${prefix} The policy has not been created using Rego`);
    expect(declaredModeProblem('kubewarden-wapc', true)).toBe(
      `${prefix} This policy has been created using Rego`,
    );
  });
});
