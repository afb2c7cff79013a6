import { systemClock, type Clock, type RunIdentity, type StageContext } from '@stageflow/core'

import type { ResolvedCall, ToolEventEmitter } from './call-types.ts'
import { memoryResultStore, type ToolResultStore } from './result-store.ts'
import type { Approve } from './result-types.ts'
import { memoryUndoStore, type UndoStore } from './undo-store.ts'

/** What `new ToolExecutor()` takes. */
export interface ToolExecutorOptions {
  /** The clock of calls that bring none. Default: the machine's. */
  readonly clock?: Clock
  /** How many calls of one `execute` are under way at once. Default: 8. */
  readonly maxConcurrency?: number
  /** How many calls may wait for one tool's `concurrency` or `rateLimit`; one more fails with `tools/queue-full`. Default: 1,000. */
  readonly maxWaiting?: number
  /** How long a handler that was told to stop is waited for. Default: 1,000. */
  readonly graceMs?: number
  /** The largest output, and all partial results of a call together, in characters. Default: 1 Mi. */
  readonly maxOutputLength?: number
  /** How many partial results of a call are kept: the first. Default: 1,000. */
  readonly maxPartials?: number
  /** Asked before each call. Default: nobody is asked. */
  readonly approve?: Approve
  /** How long a completed call can be undone. Default: an hour. */
  readonly undoTtlMs?: number
  /** Where calls that can be undone are kept. Default: `memoryUndoStore()`. */
  readonly undoStore?: UndoStore
  /** How long the result of a call with an idempotency key is kept. Default: 24 hours. */
  readonly idempotencyTtlMs?: number
  /** Where results of calls with an idempotency key are kept. Default: `memoryResultStore()`. */
  readonly resultStore?: ToolResultStore
  /** Numbers from 0 up to 1, for the pauses of retries. Default: those of `crypto`. */
  readonly random?: () => number
}

/** What of a stage's context a call uses: pass `context` as it is. */
export type CallerContext<Ports = {}> = Pick<
  StageContext<unknown, Ports>,
  keyof RunIdentity | 'signal' | 'clock' | 'ports' | 'snapshot' | 'tryEmitEvent' | 'heartbeat'
>

/** Whom undoing, or calling, belongs to. What is not given comes from `context`, and where there is none, from the executor. */
export interface CallerOptions<Ports = {}> {
  /** The context of the stage that calls: its signal, clock, ports, ids, execution mode and events are the call's. */
  readonly context?: CallerContext<Ports>
  /** Cancels, beside the context's own. */
  readonly signal?: AbortSignal
  /** How long all of it together may take. Default: no limit. */
  readonly timeoutMs?: number
  readonly clock?: Clock
  /** Instead of the context's. */
  readonly ports?: Ports
  /** Called with the type and data of each event. Default: the context's `tryEmitEvent`. */
  readonly eventEmitter?: ToolEventEmitter
}

/** What `execute` takes beside the calls. */
export interface ExecuteOptions<Ports = {}> extends CallerOptions<Ports> {
  /** Instead of the context's. */
  readonly ids?: Partial<RunIdentity>
  /** The execution mode. Default: that of the context's snapshot. */
  readonly behavior?: string
  /** Instead of the executor's. */
  readonly approve?: Approve
  /** Instead of the executor's. */
  readonly maxConcurrency?: number
  /** Names the work of a call: the same key is done once, and answered with the same result. Default: no key. */
  readonly idempotencyKey?: (call: ResolvedCall) => string | undefined
}

/** What `undo` takes beside the id of the call. */
export interface UndoOptions<Ports = {}> extends CallerOptions<Ports> {
  /** The run of the call, where calls of several runs have the same id. Default: any. */
  readonly pipelineRunId?: string
}

export type ExecutorSettings = Required<Omit<ToolExecutorOptions, 'approve'>> & Pick<ToolExecutorOptions, 'approve'>

/** The options over their defaults; an explicit `undefined` means the default. */
export function executorSettings(options: ToolExecutorOptions): ExecutorSettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return {
    clock: systemClock,
    maxConcurrency: 8,
    maxWaiting: 1_000,
    graceMs: 1_000,
    maxOutputLength: 2 ** 20,
    maxPartials: 1_000,
    undoTtlMs: 3_600_000,
    undoStore: options.undoStore ?? memoryUndoStore(),
    idempotencyTtlMs: 86_400_000,
    resultStore: options.resultStore ?? memoryResultStore(),
    random: () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32,
    ...Object.fromEntries(given),
  }
}
