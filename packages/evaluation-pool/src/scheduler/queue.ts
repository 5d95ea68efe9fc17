import type { Job } from './job.ts';

/** Jobs that wait for a worker, first come, first served. */
export class JobQueue {
  #jobs: Job[] = [];

  get length(): number {
    return this.#jobs.length;
  }

  add(job: Job): void {
    job.policy.waiting += 1;
    this.#jobs.push(job);
  }

  /** Puts jobs that had been taken already in front, in their order. */
  putBack(jobs: readonly Job[]): void {
    for (const job of jobs) job.policy.waiting += 1;
    this.#jobs = [...jobs, ...this.#jobs];
  }

  /** The first job that may run now; it stays in the queue. */
  first(mayRun: (job: Job) => boolean): Job | undefined {
    const [head] = this.#jobs;
    // Nearly always; the search is for the moments in which a policy has reached its share of the workers.
    return head === undefined || mayRun(head) ? head : this.#jobs.find(mayRun);
  }

  /** Takes out a job that {@link first} gave. */
  take(job: Job): void {
    job.policy.waiting -= 1;
    if (this.#jobs[0] === job) this.#jobs.shift();
    else this.#jobs.splice(this.#jobs.lastIndexOf(job), 1);
  }

  /** Whether a job is the last one that still waits. */
  endsWith(job: Job): boolean {
    return this.#jobs.at(-1) === job;
  }

  /** Takes all jobs out. */
  clear(): readonly Job[] {
    const jobs = this.#jobs;
    for (const job of jobs) job.policy.waiting = 0;
    this.#jobs = [];
    return jobs;
  }
}
