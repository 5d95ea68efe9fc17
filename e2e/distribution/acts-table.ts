/**
 * Prints what the real kwctl answers to attacks and faults, and whether the store is intact afterwards, as Markdown
 * tables.
 *
 * Usage: node e2e/distribution/acts-table.ts
 */
import { type Act, attacks, createScene, createUser, faults, storeDamage } from './acts.ts';

const scene = await createScene();

async function printTable(title: string, acts: readonly Act[]): Promise<void> {
  console.log(`\n| ${title} | exit | message | store |\n|---|---|---|---|`);
  for (const act of acts) {
    const user = await createUser(scene);
    const { code, stderr } = await act.run(scene, user);
    scene.proxy.reset();
    const message = (/Error: [^]*/.exec(stderr)?.[0] ?? '(succeeds)')
      .replaceAll(/localhost:\d+/g, 'registry')
      .replaceAll(/\s+/g, ' ')
      .replaceAll('|', '\\|');
    const shown = message.length > 260 ? `${message.slice(0, 120)} … ${message.slice(-135)}` : message;
    console.log(`| ${act.name} | ${code} | ${shown} | ${(await storeDamage(user)) ?? 'intact'} |`);
    user.remove();
  }
}

await printTable('attack', attacks);
await printTable('fault', faults);
await scene.close();
