import { expect, test } from 'vitest';
import { file, guest, kwctl } from '../testing/kwctl.ts';
import { request, responses } from '../testing/modules.ts';

const privileged = guest('rust/pod-privileged.wasm');
const cat = { requiredAnnotations: { 'example.com/cat': 'felix' } };

test.each([
  ['a file of YAML', ['-s', file('s.yaml', 'requiredAnnotations:\n  example.com/cat: felix\n')]],
  ['a file of JSON', ['-s', file('s.json', JSON.stringify(cat))]],
  ['a text', ['--settings-json', JSON.stringify(cat)]],
  ['a file, which wins over a text', ['--settings-json', '{}', '-s', file('s', JSON.stringify(cat))]],
])('settings from %s', async (_what, words) => {
  const module = guest('go/required-annotations.wasm');
  const { stdout } = await kwctl(['run', '-r', request('service-cluster-ip'), ...words, module]);
  expect(responses(stdout)).toMatchObject([{ allowed: true, patchType: 'JSONPatch' }]);
});

test.each([
  [['-s', '/nowhere/s.yaml'], 'Cannot open settings file /nowhere/s.yaml: No such file or directory'],
  [['-s', file('s.yaml', 'a: [')], 'Cannot parse settings file '],
  [['-s', file('s.yaml', '- a')], 'Invalid settings in CRD, not an object\n'],
  [['--settings-json', '[]'], 'Invalid settings in CRD, not an object\n'],
  [['--settings-json', 'a: b'], 'Cannot parse settings JSON: expected value at line 1 column 1\n'],
])('the settings %j are an error', async (words, message) => {
  const { code, stdout, stderr } = await kwctl(['run', '-r', request('pod-plain'), ...words, privileged]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`Error: ${message}`);
});
