import type { SecureContextOptions } from 'node:tls';
import type { TlsFiles } from '../config/config.ts';
import type { Logger } from '../logging/logger.ts';
import { TlsMaterialError } from './errors.ts';
import {
  parseClientAuthorities,
  parseServerIdentity,
  readTlsFiles,
  type ServerIdentity,
  type TlsFileContents,
} from './material.ts';
import { watchFiles } from './watch.ts';

/** A folder event is followed by a look after this time, so that a pair of files is seen whole. */
const settleMilliseconds = 100;
const pollMilliseconds = 5_000;

/**
 * The certificates that the API serves and trusts, kept up to date with their files.
 *
 * Server identity and client authorities are replaced independently, and only by something that works: a
 * certificate without its key, half a file or an empty bundle leaves what is served as it is, and is looked at
 * again until it is right.
 */
export class Certs {
  readonly #files: TlsFiles;
  readonly #logger: Logger;
  /** What was read last, whether it could be used or not. */
  #seen: TlsFileContents;
  #identity: ServerIdentity;
  #authorities: readonly string[];
  #pending = { identity: false, authorities: false };
  #looking = false;
  #lookAgain = false;
  #lastFailure = '';

  private constructor(files: TlsFiles, logger: Logger, seen: TlsFileContents) {
    this.#files = files;
    this.#logger = logger;
    this.#seen = seen;
    this.#identity = parseServerIdentity(seen.certificate, seen.key);
    this.#authorities = this.#loadAuthorities(seen);
  }

  /**
   * Reads all files.
   *
   * @throws TlsMaterialError
   */
  static async load(files: TlsFiles, logger: Logger): Promise<Certs> {
    return new Certs(files, logger.withTarget('policy_server::certs'), await readTlsFiles(files));
  }

  /** Everything a secure context is made of. A context replaces its predecessor whole, so nothing may be left out. */
  get contextOptions(): SecureContextOptions {
    return {
      cert: this.#identity.certificate,
      key: this.#identity.key,
      minVersion: 'TLSv1.2',
      ...(this.requiresClientCertificate && { ca: [...this.#authorities] }),
    };
  }

  get requiresClientCertificate(): boolean {
    return this.#files.clientAuthorities.length > 0;
  }

  /**
   * Follows the files.
   *
   * @param apply takes the options of the new context; what it throws is logged, and tried again
   * @returns stops
   */
  watch(apply: (options: SecureContextOptions) => void): () => void {
    const { certificate, key, clientAuthorities } = this.#files;
    // They may have changed while the policies were loaded.
    void this.#look(apply);
    return watchFiles([certificate, key, ...clientAuthorities], () => void this.#look(apply), {
      settleMilliseconds,
      pollMilliseconds,
      onWatchError: (folder, error) =>
        this.#logger.log('warn', 'cannot watch for new certificates, polling instead', {
          folder,
          error: error.message,
        }),
    });
  }

  async #look(apply: (options: SecureContextOptions) => void): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    try {
      do {
        this.#lookAgain = false;
        await this.#reload(apply);
      } while (this.#lookAgain);
    } finally {
      this.#looking = false;
    }
  }

  async #reload(apply: (options: SecureContextOptions) => void): Promise<void> {
    try {
      this.#note(await readTlsFiles(this.#files));
      if (!this.#pending.identity && !this.#pending.authorities) return;
      // Both are tried, so that a broken one does not hold up the other.
      const failures = [
        this.#pending.identity && this.#try(() => this.#replaceIdentity(apply)),
        this.#pending.authorities && this.#try(() => this.#replaceAuthorities(apply)),
      ].filter((failure) => failure instanceof Error);
      if (failures[0] !== undefined) throw failures[0];
      this.#lastFailure = '';
    } catch (error) {
      this.#reportFailure(error as Error);
    }
  }

  /** Remembers what the files hold now, and what of it still has to be served. */
  #note(now: TlsFileContents): void {
    const before = this.#seen;
    this.#seen = now;
    const certificate = now.certificate !== before.certificate;
    const key = now.key !== before.key;
    const authorities = now.clientAuthorities.some((text, index) => text !== before.clientAuthorities[index]);
    if (certificate) this.#logger.log('info', 'TLS certificate file has been modified');
    if (key) this.#logger.log('info', 'TLS key file has been modified');
    if (authorities) this.#logger.log('info', 'TLS client CA file has been modified');
    this.#pending.identity ||= certificate || key;
    this.#pending.authorities ||= authorities;
  }

  #replaceIdentity(apply: (options: SecureContextOptions) => void): void {
    const identity = parseServerIdentity(this.#seen.certificate, this.#seen.key);
    this.#logger.log('info', 'Reloading Server TLS certificates');
    const previous = this.#identity;
    this.#identity = identity;
    try {
      apply(this.contextOptions);
    } catch (error) {
      this.#identity = previous;
      throw error;
    }
    this.#pending.identity = false;
  }

  #replaceAuthorities(apply: (options: SecureContextOptions) => void): void {
    this.#logger.log('info', 'Reloading client CA certificates');
    const previous = this.#authorities;
    this.#authorities = this.#loadAuthorities(this.#seen);
    try {
      apply(this.contextOptions);
    } catch (error) {
      this.#authorities = previous;
      throw error;
    }
    this.#pending.authorities = false;
  }

  #loadAuthorities({ clientAuthorities }: TlsFileContents): readonly string[] {
    const certificates = clientAuthorities.flatMap((text, index) => {
      const bundle = parseClientAuthorities(text);
      this.#logger.log('info', 'Loaded client CA certificates', {
        client_ca_certs_added: bundle.certificates.length,
        client_ca_certs_ignored: bundle.ignored,
      });
      if (bundle.certificates.length === 0) {
        throw new TlsMaterialError(
          `Cannot build client verifier: no certificate in ${this.#files.clientAuthorities[index]}`,
        );
      }
      return bundle.certificates;
    });
    return certificates;
  }

  #try(action: () => void): Error | undefined {
    try {
      action();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  /** Retries come every few seconds; the same failure is told once. */
  #reportFailure({ message }: Error): void {
    if (message === this.#lastFailure) return;
    this.#lastFailure = message;
    this.#logger.log('error', `Failed to reload TLS certificates: ${message}`);
  }
}
