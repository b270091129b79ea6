import type { SecretStore } from '../../src/approver/key.js';

/** A secret store without a disk. */
export class InMemorySecrets implements SecretStore {
  readonly stored = new Map<string, string>();

  get(name: string): Promise<string | undefined> {
    return Promise.resolve(this.stored.get(name));
  }

  store(name: string, value: string): Promise<void> {
    this.stored.set(name, value);
    return Promise.resolve();
  }
}
