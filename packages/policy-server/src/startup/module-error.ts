/** What was being done to a module when it turned out to be unusable. */
export type ModuleStage = 'verification' | 'download' | 'integrity';

/** A module that cannot be had; every policy that uses it is told so under its own name. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError';
  readonly stage: ModuleStage;

  constructor(stage: ModuleStage, cause: unknown) {
    super((cause as Error).message, { cause });
    this.stage = stage;
  }

  /**
   * @param policy - its name; `<group>/#<member>` for a member of a group
   * @param location - as the policy writes it
   */
  textFor(policy: string, location: string): string {
    switch (this.stage) {
      case 'verification':
        return `Policy '${policy}' cannot be verified: ${this.message}`;
      case 'download':
        return `Error while downloading policy '${policy}' from ${location}: ${this.message}`;
      case 'integrity':
        return `Verification of policy ${policy} failed: ${this.message}`;
    }
  }
}
