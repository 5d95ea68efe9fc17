import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningSigstore, startTestSigstore } from '../../../../tools/sigstore/serve-sigstore.ts';
import { createKey, type SigningIdentity } from '../../../../tools/sigstore/test-sigstore.ts';
import { SigningError, SigningKeyError } from '../errors.ts';
import { prepareSigner } from './prepare-signer.ts';
import type { KeylessSigner, KeySigner } from './signer.ts';
import { loadSigningKey } from './signing-key.ts';

let sigstore: RunningSigstore;
beforeAll(async () => {
  sigstore = await startTestSigstore();
});
afterAll(() => sigstore.close());

const servers: { close(): void; closeAllConnections(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function keyless(options: Partial<KeylessSigner> = {}): KeylessSigner {
  return {
    kind: 'keyless',
    identityToken: sigstore.identityToken(),
    fulcioUrl: sigstore.url,
    rekorUrl: sigstore.url,
    proxies: {},
    ...options,
  };
}

async function withKey(identity: SigningIdentity, options: Partial<KeySigner> = {}): Promise<KeySigner> {
  const pem = identity.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return { kind: 'key', key: await loadSigningKey(pem), ...options };
}

/** The message of a refusal. */
async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(SigningError);
  return (error as SigningError).message;
}

describe('prepareSigner, keyless', () => {
  it.each([
    [{ sub: 'https://example.org/workflow' }, 'URI:https://example.org/workflow'],
    [{ email: 'alice@example.org' }, 'email:alice@example.org'],
  ])('obtains a certificate for %o', async (claims, identity) => {
    const prepared = await prepareSigner(keyless({ identityToken: sigstore.identityToken(claims) }));
    expect(prepared).toMatchObject({ identity, lasting: false, rekorUrl: sigstore.url });
    expect(prepared.certificate).toContain('BEGIN CERTIFICATE');
    expect(prepared.chain).toContain('BEGIN CERTIFICATE');
  });

  it.each([
    ['no token', 'secret', 'the identity token is no JSON Web Token'],
    ['a token that holds no JSON', 'a.secret.c', 'the identity token is no JSON Web Token'],
    [
      'a token without subject',
      `a.${Buffer.from('{}').toString('base64url')}.c`,
      'the identity token names no subject',
    ],
    [
      'a token with an unverified address',
      `a.${Buffer.from('{"email":"a@b.c"}').toString('base64url')}.c`,
      'the identity token names an email address that its issuer has not verified',
    ],
  ])('refuses %s, without sending it', async (_, identityToken, message) => {
    const before = sigstore.requests.length;
    expect(await refusalOf(prepareSigner(keyless({ identityToken })))).toBe(message);
    expect(sigstore.requests).toHaveLength(before);
  });

  it('says why the certificate authority refuses', async () => {
    const foreign = await startTestSigstore();
    await foreign.close();
    expect(await refusalOf(prepareSigner(keyless({ identityToken: foreign.identityToken() })))).toBe(
      `cannot obtain a certificate from ${sigstore.url}: status 401: ` +
        'There was an error processing the identity token',
    );
  });

  it('sends the token to nobody else', async () => {
    const thief: string[] = [];
    const elsewhere = await serve((request, response) => {
      request.on('data', (piece: Buffer) => thief.push(piece.toString()));
      request.on('end', () => response.end());
    });
    const fulcioUrl = await serve((_, response) => {
      response.writeHead(307, { location: `${elsewhere}/api/v2/signingCert` }).end();
    });
    expect(await refusalOf(prepareSigner(keyless({ fulcioUrl })))).toBe(
      `cannot obtain a certificate from ${fulcioUrl}: status 307`,
    );
    expect(thief).toEqual([]);
    expect(await refusalOf(prepareSigner(keyless({ fulcioUrl: 'http://fulcio.example.org' })))).toBe(
      'an identity token is sent by HTTPS only, not to http://fulcio.example.org',
    );
    expect(await refusalOf(prepareSigner(keyless({ fulcioUrl: 'fulcio' })))).toBe(
      'the URL of Fulcio is none: fulcio',
    );
  });

  it('quotes neither the token nor control characters of an answer', async () => {
    const fulcioUrl = await serve((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (piece: string) => (body += piece));
      request.on('end', () => response.writeHead(400).end(`\u001b[2Jbad: ${body}${'x'.repeat(10_000)}`));
    });
    const signer = keyless({ fulcioUrl });
    const message = await refusalOf(prepareSigner(signer));
    expect(message).toContain('bad: {"credentials":{"oidcIdentityToken":"…"');
    expect(message).not.toContain(signer.identityToken);
    expect(message).not.toContain('\u001b');
    expect(message.length).toBeLessThan(500);
  });

  it.each([
    ['no JSON', 'hello'],
    ['no certificate', '{"signedCertificateEmbeddedSct":{"chain":{"certificates":["x"]}}}'],
    ['another shape', '{"signedCertificateEmbeddedSct":null}'],
  ])('refuses an answer that is %s', async (_, answer) => {
    const fulcioUrl = await serve((_, response) => void response.end(answer));
    expect(await refusalOf(prepareSigner(keyless({ fulcioUrl })))).toBe(
      `${fulcioUrl} answers with something that is no certificate`,
    );
  });

  it('refuses a certificate for another key', async () => {
    const { certificate } = await sigstore.issueCertificate();
    const answer = JSON.stringify({
      signedCertificateEmbeddedSct: { chain: { certificates: [certificate] } },
    });
    const fulcioUrl = await serve((_, response) => void response.end(answer));
    expect(await refusalOf(prepareSigner(keyless({ fulcioUrl })))).toBe(
      `${fulcioUrl} did not answer with a certificate for the key it was sent`,
    );
  });

  it('reads no endless answer', async () => {
    const fulcioUrl = await serve((_, response) => {
      const more = (): void => void response.write(Buffer.alloc(65_536), more);
      response.writeHead(200);
      more();
    });
    expect(await refusalOf(prepareSigner(keyless({ fulcioUrl })))).toBe(
      `cannot obtain a certificate from ${fulcioUrl}: the answer is longer than 1048576 bytes`,
    );
  });

  it('stops when it is told to', async () => {
    const fulcioUrl = await serve(() => undefined);
    const reason = new Error('interrupted');
    const abort = new AbortController();
    const prepared = prepareSigner(keyless({ fulcioUrl }), abort.signal);
    setTimeout(() => abort.abort(reason), 20);
    await expect(prepared).rejects.toBe(reason);
  });
});

describe('prepareSigner, with a key', () => {
  it('asks nobody', async () => {
    const before = sigstore.requests.length;
    const signer = await withKey(createKey());
    expect(await prepareSigner(signer)).toEqual({
      key: signer.key,
      lasting: true,
      identity: `key ${signer.key.fingerprint}`,
    });
    expect(sigstore.requests).toHaveLength(before);
  });

  it('keeps a certificate and its chain without what stands around them', async () => {
    const identity = await sigstore.issueCertificate();
    const prepared = await prepareSigner(
      await withKey(identity, {
        certificate: `subject: …\n${identity.certificate}\n`,
        certificateChain: identity.chain!,
      }),
    );
    expect(prepared.certificate).toMatch(
      /^-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n$/,
    );
    expect(prepared.chain?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('refuses what does not belong together', async () => {
    const [ours, theirs] = [await sigstore.issueCertificate(), await sigstore.issueCertificate()];
    const [intermediate, root] = sigstore.authority.chain as [string, string];
    const cases: [Partial<KeySigner>, string][] = [
      [{ certificate: theirs.certificate }, 'the certificate is not for the key'],
      [{ certificate: ours.chain! }, 'the certificate file has to hold one certificate'],
      [{ certificate: 'x' }, 'there is no PEM certificate in the certificate'],
      [
        { certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
        'the certificate is damaged',
      ],
      [{ certificateChain: ours.chain! }, 'a certificate chain is of use only with a certificate'],
      [
        { certificate: ours.certificate, certificateChain: root },
        'the certificate was not issued by the first one of the certificate chain',
      ],
      [
        { certificate: ours.certificate, certificateChain: `${intermediate}\n${theirs.certificate}` },
        'certificate 1 of the certificate chain was not issued by the next one',
      ],
    ];
    for (const [options, message] of cases) {
      await expect(prepareSigner(await withKey(ours, options))).rejects.toThrow(new SigningKeyError(message));
    }
  });

  it('refuses a transparency log that cannot record signatures of the key', async () => {
    for (const kind of ['P-384', 'Ed25519'] as const) {
      await expect(prepareSigner(await withKey(createKey(kind), { rekorUrl: sigstore.url }))).rejects.toThrow(
        new SigningKeyError(
          'the transparency log takes signatures by P-256 and RSA keys only: sign without it, or with such a key',
        ),
      );
    }
  });

  it('refuses services that have no URL', async () => {
    await expect(prepareSigner(await withKey(createKey(), { rekorUrl: 'rekor' }))).rejects.toThrow(
      new SigningError('the URL of the transparency log is none: rekor'),
    );
    await expect(prepareSigner(await withKey(createKey(), { timestampUrl: 'file:///x' }))).rejects.toThrow(
      new SigningError('the URL of the timestamp authority is none: file:///x'),
    );
  });
});
