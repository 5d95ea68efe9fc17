import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Act, attacks, createScene, createUser, faults, type Scene, storeDamage } from './acts.ts';
import type { Workspace } from './workspace.ts';

let scene: Scene;
let user: Workspace;

beforeAll(async () => {
  scene = await createScene();
});

afterAll(() => scene.close());

beforeEach(async () => {
  scene.proxy.reset();
  user = await createUser(scene);
});

afterEach(() => {
  user.remove();
});

const carryOut = async (act: Act): Promise<void> => {
  const { refusal } = act;
  const { code, stdout, stderr } = await act.run(scene, user);
  scene.proxy.reset();
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(stderr).not.toContain(scene.registry.credentials.password);
  if (refusal === undefined) expect(code, stderr).toBe(0);
  else {
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(refusal);
  }
  expect(await storeDamage(user)).toBeUndefined();
};

test.each(attacks)('attack: $name', carryOut);
test.each(faults)('fault: $name', carryOut);
