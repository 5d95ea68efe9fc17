import { HostCallError, type HostRequest } from '@kubewarden/evaluator';
import { afterAll, describe, expect, it } from 'vitest';
import { createCapabilities } from './capabilities.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'two.example': ['2001:db8::1', '192.0.2.1'],
  'empty.example': [],
};

const { answer, dispose } = createCapabilities({
  lookup: (host) => {
    const found = names[host];
    if (found !== undefined) return Promise.resolve(found);
    return Promise.reject(Object.assign(new Error('queryA'), { code: host.toUpperCase() }));
  },
});
const system = createCapabilities();

afterAll(() => {
  dispose();
  system.dispose();
});

const caller = { policyId: 'p' };
const ask = async (request: HostRequest, by = answer): Promise<string> =>
  new TextDecoder().decode(await by(request, caller));

describe('net/v1/dns_lookup_host', () => {
  it('answers with the addresses in the order of the resolver', async () => {
    expect(await ask({ type: 'DNSLookupHost', host: 'two.example' })).toBe(
      '{"ips":["2001:db8::1","192.0.2.1"]}',
    );
  });

  it.each([
    ['enotfound', 'failed to lookup address information: Name or service not known'],
    ['eai_again', 'failed to lookup address information: Temporary failure in name resolution'],
    ['other', 'failed to lookup address information: queryA'],
    ['empty.example', 'failed to lookup address information: Name or service not known'],
  ])('fails for %s in the words of the C library', async (host, message) => {
    await expect(ask({ type: 'DNSLookupHost', host })).rejects.toThrow(new HostCallError(message));
  });

  it('asks the resolver of the machine, which echoes addresses', async () => {
    expect(await ask({ type: 'DNSLookupHost', host: '192.0.2.7' }, system.answer)).toBe(
      '{"ips":["192.0.2.7"]}',
    );
    await expect(ask({ type: 'DNSLookupHost', host: '' }, system.answer)).rejects.toThrow('not known');
    await expect(ask({ type: 'DNSLookupHost', host: 'a\0b' }, system.answer)).rejects.toThrow(HostCallError);
  });
});

describe('cache/set and cache/get', () => {
  it('belong to the policy that asks', async () => {
    expect(await ask({ type: 'CacheSet', key: 'k', value: [1], ttl: 60 })).toBe('{"code":0,"message":"ok"}');
    expect(await ask({ type: 'CacheGet', key: 'k' })).toBe('{"code":0,"message":"hit","value":[1]}');
    const other = answer({ type: 'CacheGet', key: 'k' }, { policyId: 'q' });
    expect(new TextDecoder().decode(await other)).toContain('miss');
  });
});

describe('a capability that this build does not have', () => {
  it.each<HostRequest>([
    { type: 'OciManifestDigest', image: 'i' },
    { type: 'SigstoreKeylessVerify', image: 'i', keyless: [] },
    { type: 'KubernetesListResourceAll', api_version: 'v1', kind: 'Pod' },
    {
      type: 'KubernetesCanI',
      request: { user: 'u', resource_attributes: { verb: 'get', resource: 'pods' } },
      disable_cache: true,
    },
  ])('fails and says what the host cannot do: $type', (request) => {
    expect(() => answer(request, caller)).toThrow(/^'.+' is not available in this build: this host cannot /);
  });
});
