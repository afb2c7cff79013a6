import { systemClock, type Clock, type RunIdentity, type StageContext } from '@stageflow/core'
import {
  checkOptions,
  CLOCK,
  cryptoRandom,
  DELAY,
  functionLike,
  objectWith,
  type OptionRule,
  type OptionRules,
  or,
  read,
  refuseOptions,
  whole,
} from '@stageflow/core/kit'

import { isTool } from '../define-tool.ts'
import type { ResolvedCall, ToolEventEmitter } from '../parsed-call.ts'
import type { Approve } from '../result-types.ts'
import type { AnyTool } from '../tool-types.ts'
import { memoryUndoStore } from '../undo/memory-undo-store.ts'
import type { UndoStore } from '../undo/undo-store.ts'
import { memoryResultStore, type ToolResultStore } from './result-store.ts'

/** The options of `new ToolExecutor()`. */
export interface ToolExecutorOptions {
  /** The clock of calls that bring none. Default: the system's. */
  readonly clock?: Clock
  /** Maximum number of calls of one `execute` that run at once. Default: 8. */
  readonly maxConcurrency?: number
  /** Maximum number of calls that wait for one tool's `concurrency` or `rateLimit`; one more fails with `tools/queue-full`. Default: 1,000. */
  readonly maxWaiting?: number
  /** How long to wait for a handler that was told to stop, in ms. Default: 1,000. */
  readonly graceMs?: number
  /** Maximum size of an output, and of a call's partial results together, in characters. Default: 1,048,576 (1 Mi). */
  readonly maxOutputLength?: number
  /** Maximum number of partial results that a call keeps: the first ones. Default: 1,000. */
  readonly maxPartials?: number
  /** Decides before each call whether it may be made. Default: no approval. */
  readonly approve?: Approve
  /** How long a completed call can be undone, in ms. Default: 3,600,000 (an hour). */
  readonly undoTtlMs?: number
  /** Keeps the calls that can be undone. Default: `memoryUndoStore()`. */
  readonly undoStore?: UndoStore
  /** How long an undo holds its call without renewing the claim, in ms. It renews it while it runs. Default: 30,000. */
  readonly undoLeaseMs?: number
  /** How long the result of a call with an idempotency key is kept, in ms. Default: 86,400,000 (24 hours). */
  readonly idempotencyTtlMs?: number
  /** How long a call holds its key without renewing it, in ms. It renews it while it runs. Default: 30,000. */
  readonly idempotencyLeaseMs?: number
  /** Keeps the results of calls with an idempotency key. Default: `memoryResultStore()`. */
  readonly resultStore?: ToolResultStore
  /** Returns numbers from 0 up to 1, for the delays of retries. Default: from `crypto`. */
  readonly random?: () => number
}

/** What a call uses of a stage's context: pass `context` as it is. */
export type CallerContext<Ports = {}> = Pick<
  StageContext<unknown, Ports>,
  keyof RunIdentity | 'signal' | 'clock' | 'ports' | 'snapshot' | 'tryEmitEvent' | 'heartbeat'
>

/** The caller of `execute`, `undo` or `compensate`. What you leave out comes from `context`, and otherwise from the executor. */
export interface CallerOptions<Ports = {}> {
  /** The context of the calling stage. Calls take over its signal, clock, ports, ids, execution mode and events. */
  readonly context?: CallerContext<Ports>
  /** Cancels, in addition to the context's signal. */
  readonly signal?: AbortSignal
  /** Maximum time for all of it together, in ms. Default: no limit. */
  readonly timeoutMs?: number
  /** Default: the context's. */
  readonly clock?: Clock
  /** Default: the context's. */
  readonly ports?: Ports
  /** Gets the type and data of each event. Default: the context's `tryEmitEvent`. */
  readonly eventEmitter?: ToolEventEmitter
}

/** The options of `execute`. */
export interface ExecuteOptions<Ports = {}> extends CallerOptions<Ports> {
  /** Default: the context's. */
  readonly ids?: Partial<RunIdentity>
  /** Default: that of the context's snapshot. */
  readonly executionMode?: string
  /** Default: the executor's. */
  readonly approve?: Approve
  /** Default: the executor's. */
  readonly maxConcurrency?: number
  /** Returns a name for the work of a call: work with the same key is done once, and its result is repeated. Default: no key. */
  readonly idempotencyKey?: (call: ResolvedCall) => string | undefined
}

/** The options of `compensate`. */
export interface CompensateOptions<Ports = {}> extends CallerOptions<Ports> {
  /** The tools of the calls, found by their names. `registry.compensate` and `registry.undo` pass those of the registry. */
  readonly tools: readonly AnyTool<Ports>[]
}

/** The options of `undo`. */
export interface UndoOptions<Ports = {}> extends CompensateOptions<Ports> {
  /** The run of the call, if calls of several runs have the same id. Default: any run. */
  readonly pipelineRunId?: string
}

export type ExecutorSettings = Required<Omit<ToolExecutorOptions, 'approve'>> & Pick<ToolExecutorOptions, 'approve'>

export const EMITTER: OptionRule = functionLike('(type, data) => void, such as context.tryEmitEvent')
export const EXECUTION_MODE: OptionRule = [(value) => typeof value === 'string', 'the name of an execution mode']
export const SIGNAL: OptionRule = [(value) => value instanceof AbortSignal, 'an AbortSignal']

const APPROVE = functionLike('(call) => decision')
const upTo = (least: number): OptionRule => or(whole(least), Infinity)

const EXECUTOR: OptionRules<ToolExecutorOptions> = {
  clock: CLOCK,
  maxConcurrency: upTo(1),
  maxWaiting: upTo(0),
  graceMs: DELAY,
  maxOutputLength: upTo(1),
  maxPartials: upTo(0),
  approve: APPROVE,
  undoTtlMs: DELAY,
  undoStore: objectWith('a store', 'add', 'find', 'claim', 'release', 'remove'),
  undoLeaseMs: whole(1),
  idempotencyTtlMs: whole(1),
  idempotencyLeaseMs: whole(1),
  resultStore: objectWith('a store', 'claim', 'complete', 'release'),
  random: functionLike('() => number'),
}

const ID_NAMES: readonly (keyof RunIdentity)[] = [
  'pipelineRunId',
  'requestId',
  'sessionId',
  'userId',
  'orgId',
  'interactionId',
]
const isIds = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(
    ([name, id]) => (ID_NAMES as readonly string[]).includes(name) && (id === undefined || typeof id === 'string'),
  )

const CALLER: OptionRules<CallerOptions> = {
  context: objectWith('the context of a stage', 'tryEmitEvent'),
  signal: SIGNAL,
  timeoutMs: DELAY,
  clock: CLOCK,
  ports: [(value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object of ports'],
  eventEmitter: EMITTER,
}
const EXECUTE: OptionRules<ExecuteOptions> = {
  ...CALLER,
  ids: [isIds, `an object of strings: ${ID_NAMES.join(', ')}`],
  executionMode: EXECUTION_MODE,
  approve: APPROVE,
  maxConcurrency: upTo(1),
  idempotencyKey: functionLike('(call) => string'),
}
const TOOLS: OptionRule = [
  (value) => Array.isArray(value) && value.every(isTool),
  'the tools of the calls: { tools: registry.list() }, or call registry.undo() or registry.compensate()',
]
const COMPENSATE: OptionRules<CompensateOptions> = { ...CALLER, tools: TOOLS }
const UNDO: OptionRules<UndoOptions> = {
  ...COMPENSATE,
  pipelineRunId: [(value) => typeof value === 'string', 'the id of a run'],
}

/** The options with their defaults; an explicit `undefined` means the default. Throws `tools/illegal-option`. */
export function executorSettings(options: ToolExecutorOptions): ExecutorSettings {
  checkOptions('new ToolExecutor()', 'tools/illegal-option', options, EXECUTOR)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const clock = options.clock ?? systemClock
  return {
    clock,
    maxConcurrency: 8,
    maxWaiting: 1_000,
    graceMs: 1_000,
    maxOutputLength: 2 ** 20,
    maxPartials: 1_000,
    undoTtlMs: 3_600_000,
    undoStore: options.undoStore ?? memoryUndoStore({ clock }),
    undoLeaseMs: 30_000,
    idempotencyTtlMs: 86_400_000,
    idempotencyLeaseMs: 30_000,
    resultStore: options.resultStore ?? memoryResultStore({ clock }),
    random: cryptoRandom,
    ...Object.fromEntries(given),
  }
}

/** Checks the options of a call, with a hint for a context or a signal that was passed without an object around it. */
export function checkCallOptions(where: string, options: unknown, rules: OptionRules): void {
  const problem =
    typeof read(options, 'tryEmitEvent') === 'function'
      ? 'the context must be in an object: pass { context }'
      : options instanceof AbortSignal
        ? 'the signal must be in an object: pass { signal }'
        : undefined
  refuseOptions(where, 'tools/illegal-option', problem === undefined ? [] : [problem])
  checkOptions(where, 'tools/illegal-option', options, rules)
}

export const checkExecuteOptions = (options: unknown): void => checkCallOptions('execute()', options, EXECUTE)
export const checkUndoOptions = (options: unknown, tools?: unknown): void =>
  checkUndoing('undo()', options, UNDO, tools)
export const checkCompensateOptions = (options: unknown, tools?: unknown): void =>
  checkUndoing('compensate()', options, COMPENSATE, tools)

/** `tools`: those that the options need not have. */
function checkUndoing(where: string, options: unknown, rules: OptionRules, tools = read(options, 'tools')): void {
  checkCallOptions(where, options, rules)
  // An option that isn't given breaks no rule.
  if (tools === undefined) refuseOptions(where, 'tools/illegal-option', [`pass ${TOOLS[1]}`])
}
