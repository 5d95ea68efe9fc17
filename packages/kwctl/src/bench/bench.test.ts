import { expect, test } from 'vitest';
import { guest, kwctl } from '../testing/kwctl.ts';

const bench = ['bench', '--warm-up-time', '0', '--measurement-time', '0', '--num-samples', '2'];
const resamples = ['--num-resamples', '10'];

test('both functions are measured, without colours in a pipe', async () => {
  const { code, stdout, stderr } = await kwctl([
    ...bench,
    ...resamples,
    '-r',
    guest('requests/pod-plain.json'),
    guest('rust/pod-privileged.wasm'),
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const label of ['validate_settings', 'validate']) {
    expect(stdout).toContain(`${label} warming up for 0.00s\n`);
    expect(stdout).toMatch(new RegExp(`^${label} \\[.* iterations in .*s with 2\\.0 samples\\]:$`, 'm'));
  }
  expect(stdout).not.toContain('\x1b');
});

test('a recorded session begins anew for each iteration', async () => {
  const { code, stderr } = await kwctl([
    ...bench,
    ...resamples,
    '--allow-context-aware',
    '--replay-host-capabilities-interactions',
    guest('requests/customer-1.session.yml'),
    '-r',
    guest('requests/deployment.json'),
    guest('rust/context-aware.wasm'),
  ]);
  expect(code).toBe(0);
  expect(stderr).not.toContain('ERROR');
});

test('invalid settings are reported before anything is measured', async () => {
  const module = guest('go/required-annotations.wasm');
  const { code, stdout, stderr } = await kwctl([...bench, '-r', guest('requests/pod-plain.json'), module]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(
    /^Error: (\[Policy .*\] - )\1provided settings are not valid: requiredAnnotations must name/,
  );
});

test.each([
  ['--measurement-time', "Cannot convert 'measurement-time' to seconds: "],
  ['--warm-up-time', "Cannot convert 'warm-up-time' to seconds: "],
  ['--num-samples', "Cannot convert 'num-samples' to number: "],
  ['--num-resamples', "Cannot convert 'num-resamples' to number: "],
])('%s must be a number', async (flag, message) => {
  const { code, stderr } = await kwctl([
    'bench',
    flag,
    'many',
    '-r',
    guest('requests/pod-plain.json'),
    guest('rust/pod-privileged.wasm'),
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain(`Error: ${message}`);
});
