import { describe, expect, it } from 'vitest';
import { credentialInFile, decodeDockerConfig, helperFor } from './docker-config.ts';

const pair = Buffer.from('user:pa:ss').toString('base64');
const password = { kind: 'password', username: 'user', password: 'pa:ss' };

function find(auths: object, registry: string) {
  return credentialInFile(decodeDockerConfig(JSON.stringify({ auths })), registry);
}

describe('credentials in a docker config', () => {
  it.each([
    ['the exact key', { 'ghcr.io': { auth: pair } }, 'ghcr.io'],
    ['the exact key with its port', { 'localhost:5000': { auth: pair } }, 'localhost:5000'],
    ['base64 without padding', { 'ghcr.io': { auth: pair.replace(/=+$/, '') } }, 'ghcr.io'],
    ['a key with a scheme', { 'https://ghcr.io/v2/': { auth: pair } }, 'ghcr.io'],
    ['a key with a scheme and a port', { 'http://reg:5000': { auth: pair } }, 'reg:5000'],
    ['what docker writes for Docker Hub', { 'https://index.docker.io/v1/': { auth: pair } }, 'docker.io'],
    ['another name of Docker Hub', { 'registry-1.docker.io': { auth: pair } }, 'docker.io'],
    ['user name and password', { 'ghcr.io': { username: 'user', password: 'pa:ss' } }, 'ghcr.io'],
    ['both, when they agree', { 'ghcr.io': { auth: pair, username: 'user', password: 'pa:ss' } }, 'ghcr.io'],
  ])('are found by %s', (_, auths, registry) => {
    expect(find(auths, registry)).toEqual(password);
  });

  it('prefer an identity token', () => {
    expect(find({ 'r.io': { auth: pair, identitytoken: 't' } }, 'r.io')).toEqual({
      kind: 'identity-token',
      token: 't',
    });
  });

  it.each([
    ['another host', { 'ghcr.io.evil.example': { auth: pair } }, 'ghcr.io'],
    ['another port', { 'https://ghcr.io:8443': { auth: pair } }, 'ghcr.io'],
    ['a key with a path and no scheme', { 'ghcr.io/team': { auth: pair } }, 'ghcr.io'],
    ['an exact key that holds nothing', { 'ghcr.io': {}, 'https://ghcr.io': { auth: pair } }, 'ghcr.io'],
    ['an empty text', { 'ghcr.io': { auth: '' } }, 'ghcr.io'],
    ['an inherited name', {}, '__proto__'],
  ])('are not found by %s', (_, auths, registry) => {
    expect(find(auths, registry)).toBeUndefined();
  });

  it.each([
    [
      '{"auths": {"ghcr.io": {"auth": "sec:ret"}}}',
      'auths["ghcr.io"].auth is no user name and password in base64',
    ],
    [
      '{"auths": {"ghcr.io": {"auth": "c2VjcmV0"}}}',
      'auths["ghcr.io"].auth is no user name and password in base64',
    ],
    [
      `{"auths": {"ghcr.io": {"auth": "${pair}", "username": "user", "password": "secret"}}}`,
      'is not that of its',
    ],
    ['{"auths": {"ghcr.io": {"auth": 5}}}', 'auths["ghcr.io"].auth is no text'],
    ['{"auths": ["secret"]}', 'auths is no JSON object'],
    ['{"auths": {"ghcr.io": "secret"}}', 'auths["ghcr.io"] is no JSON object'],
    ['{"credsStore": {"a": "secret"}}', 'credsStore is no text'],
    ['{"credHelpers": {"a": ["secret"]}}', 'credHelpers["a"] is no text'],
    ['"secret"', 'the document is no JSON object'],
    ['secret', 'it is no JSON'],
    ['', 'it is no JSON'],
  ])('are refused in %s, which is not repeated', (text, message) => {
    const read = () => credentialInFile(decodeDockerConfig(text), 'ghcr.io');
    expect(read).toThrow(message);
    expect(read).not.toThrow('secret');
  });

  it('come from the helper of a registry', () => {
    const config = decodeDockerConfig(
      '{"credHelpers": {"ghcr.io": "gh", "https://index.docker.io/v1/": "hub", "x": "", "y": null}}',
    );
    expect(helperFor(config, 'ghcr.io')).toBe('gh');
    expect(helperFor(config, 'docker.io')).toBe('hub');
    for (const registry of ['x', 'y', 'sub.ghcr.io']) expect(helperFor(config, registry)).toBeUndefined();
  });
});
