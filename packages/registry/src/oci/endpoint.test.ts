import { describe, expect, it } from 'vitest';
import { belongsToRegistry, registryUrl } from './endpoint.ts';

describe('the address of a registry', () => {
  it('is that of its host, and for Docker Hub that of its registry', () => {
    expect(registryUrl('localhost:5000', '/v2/').href).toBe('https://localhost:5000/v2/');
    expect(registryUrl('docker.io', '/v2/').href).toBe('https://index.docker.io/v2/');
  });

  it.each([
    ['ghcr.io', 'https://ghcr.io/v2/', true],
    ['ghcr.io:443', 'https://ghcr.io/v2/', true],
    ['ghcr.io:443', 'http://ghcr.io:443/v2/', true],
    ['ghcr.io', 'http://ghcr.io/v2/', true],
    ['docker.io', 'https://index.docker.io/v2/', true],
    ['ghcr.io', 'https://ghcr.io:8443/v2/', false],
    ['localhost:5000', 'http://localhost:5001/v2/', false],
    ['ghcr.io', 'https://ghcr.io.example.org/v2/', false],
    ['ghcr.io', 'https://user@evil.example/ghcr.io', false],
  ])('of %s is %s: %s', (registry, url, belongs) => {
    expect(belongsToRegistry(registry, new URL(url))).toBe(belongs);
  });
});
