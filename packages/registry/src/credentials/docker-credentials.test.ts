import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dockerCredentials, type DockerCredentialsOptions } from './docker-credentials.ts';

const root = mkdtempSync(join(tmpdir(), 'docker-config-'));
const password = { kind: 'password', username: 'user', password: 'pass' };
const auths = { 'ghcr.io': { auth: Buffer.from('user:pass').toString('base64') } };

/** A folder with a `config.json`, and helpers in its folder `bin`. */
function folder(config: unknown, helpers: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(root, 'x-'));
  writeFileSync(join(path, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  mkdirSync(join(path, 'bin'));
  for (const [name, script] of Object.entries(helpers)) {
    const file = join(path, 'bin', `docker-credential-${name}`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
  return path;
}

async function find(path: string, registry: string, options: Partial<DockerCredentialsOptions> = {}) {
  const warnings: string[] = [];
  const source = dockerCredentials({
    path,
    environment: { PATH: `${join(path, 'bin')}:/usr/bin:/bin`, HOME: root },
    warn: (message) => warnings.push(message),
    ...options,
  });
  return { credential: await source(registry), warnings, description: source.description };
}

function answering(user: string): string {
  return `cat >/dev/null; echo '{"Username":"${user}","Secret":"s"}'`;
}

/** Notes what it is asked, and knows one server. */
function knowing(known: string): string {
  return `read -r server || true; echo "$server" >> "$HOME/asked"
if [ "$server" = "${known}" ]; then echo '{"Username":"u","Secret":"s"}'
else echo "credentials not found in native keychain"; exit 1; fi`;
}

describe('dockerCredentials', () => {
  it('accepts the folder or the file, and says where it looks', async () => {
    const path = folder({ auths });
    const file = join(path, 'config.json');
    for (const given of [path, file]) {
      const expected = { credential: password, warnings: [], description: file };
      expect(await find(given, 'ghcr.io')).toEqual(expected);
    }
    expect((await find(path, 'other.io')).credential).toBeUndefined();
  });

  it('looks into DOCKER_CONFIG, else below the home folder', async () => {
    const path = folder({ auths });
    const source = dockerCredentials({ environment: { DOCKER_CONFIG: path, HOME: '/nowhere' } });
    expect(await source('ghcr.io')).toEqual(password);
    const home = mkdtempSync(join(root, 'home-'));
    mkdirSync(join(home, '.docker'));
    writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths }));
    const atHome = dockerCredentials({ environment: { DOCKER_CONFIG: '', HOME: home } });
    expect(atHome.description).toBe(join(home, '.docker/config.json'));
    expect(await atHome('ghcr.io')).toEqual(password);
  });

  it('warns of a missing file only if it was asked for', async () => {
    const missing = join(root, 'missing');
    expect((await find(missing, 'ghcr.io')).warnings).toEqual([
      'Docker config file not found. Check if you are pointing to the directory containing the file. ' +
        `The file path should be ${join(missing, 'config.json')}.`,
    ]);
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const source = dockerCredentials({ environment: { HOME: missing }, warn });
    expect(await source('ghcr.io')).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('warns of what it cannot read', async () => {
    const path = folder('{"auths": secret');
    expect(await find(path, 'ghcr.io')).toMatchObject({
      credential: undefined,
      warnings: [
        `no credentials for ghcr.io can be taken from ${join(path, 'config.json')}: it is no JSON; using anonymous access instead`,
      ],
    });
    expect((await find('/dev/zero', 'ghcr.io')).warnings[0]).toContain('it is no file of at most');
  });

  it('asks the helper of a registry rather than the file, and the common one after it', async () => {
    const helpers = { one: answering('one'), all: answering('all'), token: answering('<token>') };
    const path = folder(
      { auths, credsStore: 'all', credHelpers: { 'a.io': 'one', 'ghcr.io': 'one', 't.io': 'token' } },
      helpers,
    );
    const ask = async (registry: string) => {
      const { credential, warnings } = await find(path, registry);
      expect(warnings).toEqual([]);
      return credential;
    };
    expect(await ask('a.io')).toEqual({ kind: 'password', username: 'one', password: 's' });
    expect(await ask('ghcr.io')).toMatchObject({ username: 'one' });
    expect(await ask('b.io')).toMatchObject({ username: 'all' });
    expect(await ask('t.io')).toEqual({ kind: 'identity-token', token: 's' });
    expect((await find(folder({ auths, credsStore: 'all' }, helpers), 'ghcr.io')).credential).toEqual(
      password,
    );
  });

  it('asks for Docker Hub by the name that docker uses, then by its own', async () => {
    for (const known of ['https://index.docker.io/v1/', 'docker.io', 'neither']) {
      const path = folder({ credsStore: 'hub' }, { hub: knowing(known) });
      const environment = { PATH: `${join(path, 'bin')}:/usr/bin:/bin`, HOME: path };
      const { credential, warnings } = await find(path, 'docker.io', { environment });
      expect(credential !== undefined).toBe(known !== 'neither');
      expect(warnings).toEqual([]);
      const asked = readFileSync(join(path, 'asked'), 'utf8').trim().split('\n');
      expect(asked[0]).toBe('https://index.docker.io/v1/');
    }
  });

  it.each([
    ['is missing', 'other', 'exit 0', 'docker-credential-dead is not on the PATH'],
    ['fails', 'dead', 'echo oh no; exit 3', 'docker-credential-dead failed with exit code 3: oh no'],
    ['fails with a secret', 'dead', `echo '{"Secret":"secret"}'; exit 3`, 'failed with exit code 3;'],
    ['sends no JSON', 'dead', 'echo secret', 'docker-credential-dead sent no user name and secret'],
    ['sends too little', 'dead', `echo '{"Secret":"secret"}'`, 'sent no user name and secret'],
    ['sends too much', 'dead', 'yes secret', 'docker-credential-dead sent more than 65536 bytes'],
    ['hangs', 'dead', 'sleep 60', 'docker-credential-dead did not answer within 300 ms'],
  ])('goes on without a helper that %s, and says so', async (_, name, script, message) => {
    const path = folder({ credsStore: 'dead' }, { [name]: script });
    const { credential, warnings } = await find(path, 'ghcr.io', {
      helperMilliseconds: script === 'sleep 60' ? 300 : 20_000,
    });
    expect(credential).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(message);
    expect(warnings[0]).toContain('using anonymous access instead');
    expect(warnings[0]).not.toContain('secret"');
  });

  it('runs nothing outside the PATH, and nothing by a shell', async () => {
    for (const name of ['../../bin/sh', 'x; touch "$HOME/ran"', '-x', 'x/../y']) {
      const path = folder({ credsStore: name });
      const { warnings } = await find(path, 'ghcr.io');
      expect(warnings[0]).toContain('is no name of a credential helper');
    }
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });
});
