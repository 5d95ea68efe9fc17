/** Every number that limits something in the pool; the README says where each is tested. */

/** Reviews that may wait for a worker, unless the options say otherwise. */
export const defaultQueueLimit = 1024;

/** Milliseconds for starting a worker and for settings validations of policies without a deadline. */
export const defaultStartMilliseconds = 30_000;

/** Milliseconds between two looks of the watchdog at the workers, while anything is in flight. */
export const watchIntervalMilliseconds = 10;

/**
 * The most milliseconds that one look of the watchdog may add to its clock. A process that stood still (suspended,
 * throttled) must not find all deadlines exceeded when it goes on.
 */
export const maximumClockStep = 250;

/** Reviews given to one worker ahead of time, and so the slots of its control block. */
export const maximumAhead = 16;

/** Milliseconds of expected work beyond which a worker gets nothing ahead of time. */
export const aheadMilliseconds = 1;

/** Milliseconds of expected work up to which a busy worker is given more before an idle one is woken. */
export const packMilliseconds = 0.25;

/** Milliseconds after which reviews that wait behind another one are given to another worker. */
export const patienceMilliseconds = 20;

/** Milliseconds on a thread after which a policy counts as slow, and how long it does. */
export const slowMilliseconds = 50;
export const slowMemoryMilliseconds = 60_000;

/** Milliseconds after which a review of a slow policy may have the only worker that is ready. */
export const slowPatienceMilliseconds = 1_000;

/** Guests of one worker that may wait for the host (or sleep) at the same time; one policy may have half of them. */
export const maximumSuspended = 32;

/** Milliseconds on a thread that a guest has to come to an end when its review was answered without it. */
export const abandonedMilliseconds = 100;

/** Milliseconds after which a worker that takes nothing up, although it evaluates nothing, is replaced. */
export const unresponsiveMilliseconds = 500;

/** Workers that a review may lose while they evaluate it and another one is to blame, before it is given up. */
export const maximumLosses = 5;

/** Crashes of one policy within `crashMemoryMilliseconds` after which its reviews are refused, and how long. */
export const maximumCrashes = 5;
export const crashMemoryMilliseconds = 60_000;
export const crashPauseMilliseconds = 30_000;

/** Milliseconds before a worker that did not start is started again; doubled each time up to the maximum. */
export const restartMilliseconds = 100;
export const maximumRestartMilliseconds = 5_000;

/** Host calls that are answered at the same time, of all policies and of one. */
export const maximumHostCalls = 100;
export const maximumHostCallsOfPolicy = 50;

/** Host calls that wait for being answered, of all policies (as many as in the original's channel) and of one. */
export const maximumWaitingHostCalls = 100;
export const maximumWaitingHostCallsOfPolicy = 50;

/** Bytes of one answer of the host. */
export const maximumHostAnswerBytes = 64 * 1024 * 1024;

/** Log entries and UTF-16 units of log text that one evaluation may write. */
export const maximumLogEntries = 1_000;
export const maximumLogLength = 256 * 1024;

/** JavaScript heap of a worker in MiB; guests' memory is not part of it. */
export const workerHeapMebibytes = 512;

/** Milliseconds after which no further policy is warmed up: slow ones must not keep a server from being ready. */
export const warmUpMilliseconds = 10_000;
