import { systemClock, type Clock, type RunIdentity, type StageContext } from '@stageflow/core'
import {
  ABORT_SIGNAL,
  ANY,
  checkOptions,
  CLOCK,
  cryptoRandom,
  DELAY,
  functionLike,
  MILLISECONDS,
  objectWith,
  optionProblems,
  type OptionRule,
  type OptionRules,
  or,
  plainOptions,
  read,
  refuseOptions,
  show,
  TEXT,
  whole,
} from '@stageflow/core/kit'
import { KEYED_STORE, type KeyedStore, memoryStore, STORED_MS } from '@stageflow/keyed-work'
import type { ResolvedCall, ToolEventEmitter, ToolRegistry } from '@stageflow/tools'
import { checkCallOptions, EMITTER, EXECUTION_MODE } from '@stageflow/tools/kit'

import type { Approve } from './approval-types.ts'
import type { ToolUndoLog } from './undo-types.ts'

/** The options of `new ToolExecutor()`. */
export interface ToolExecutorOptions {
  /** Maximum number of calls of one `execute` that run at once. Default: 8. */
  readonly maxConcurrency?: number
  /** Maximum number of calls that wait for one tool's `concurrency` or `rateLimit`; one more fails with `tool-executor/full`. Default: 1,000. */
  readonly maxWaiting?: number
  /** How long to wait for a handler that was told to stop, in ms. Default: 1,000. */
  readonly graceMs?: number
  /** Maximum size of an output, and of a call's partial results together, in characters. Default: 1,048,576 (1 Mi). */
  readonly maxOutputLength?: number
  /** Maximum number of partial results that a call keeps: the first ones. Default: 1,000. */
  readonly maxPartials?: number
  /** Decides before each call whether it may be made. `approve` of `new Approvals()` asks a person. Default: no approval. */
  readonly approve?: Approve
  /** Records the calls that can be undone, and undoes them: `undoLog()` of `@stageflow/undo`. Default: no call can be undone. */
  readonly undo?: ToolUndoLog
  /** Keeps the results of calls with an idempotency key. Default: `memoryStore()` of `@stageflow/keyed-work`. */
  readonly resultStore?: KeyedStore
  /** How long the result of a call with an idempotency key is kept, in ms. Default: 86,400,000 (24 hours). */
  readonly ttlMs?: number
  /** How long a call holds its idempotency key without renewing it, in ms. It renews it while it runs. Default: 30,000. */
  readonly leaseMs?: number
  /** Maximum time to wait for another call with the same idempotency key, in ms. Default: as long as the call may take. */
  readonly waitMs?: number
  /** Maximum time for an operation of `resultStore`, in ms. Default: 5,000. */
  readonly storeTimeoutMs?: number
  /** The clock of calls that bring none. Default: the system's. */
  readonly clock?: Clock
  /** Returns numbers from 0 up to 1, for the delays of retries. Default: from `crypto`. */
  readonly random?: () => number
}

/** What a call uses of a stage's context: pass `context` as it is. */
export type CallerContext<Ports = {}> = Pick<
  StageContext<unknown, Ports>,
  keyof RunIdentity | 'signal' | 'clock' | 'ports' | 'snapshot' | 'tryEmitEvent' | 'heartbeat'
> &
  Partial<Pick<StageContext, 'callKey' | 'runChild'>>

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

/** The options of `undo`. */
export interface UndoOptions<Ports = {}> extends CallerOptions<Ports> {
  /** The run of the call, if calls of several runs have the same id. Default: any run. */
  readonly pipelineRunId?: string
}

/** The options beside a registry: it has the tools, and its `eventEmitter` gets events that have no other emitter. You must pass `ports`, or a context with them, if a tool needs some. */
export type WithRegistry<Ports, Options> = Options & { readonly registry: ToolRegistry<Ports> } & ({} extends Ports
    ? unknown
    : { readonly ports: Ports } | { readonly context: { readonly ports: Ports } })

/** The options with a registry or without one. */
export type MaybeWithRegistry<Ports, Options> = Options & { readonly registry?: ToolRegistry<Ports> | undefined }

export type ExecutorSettings = Required<Omit<ToolExecutorOptions, 'approve' | 'undo'>> &
  Pick<ToolExecutorOptions, 'approve' | 'undo'>

const APPROVE = functionLike('(call) => decision')
const upTo = (least: number): OptionRule => or(whole(least), Infinity)

const EXECUTOR: OptionRules<ToolExecutorOptions> = {
  maxConcurrency: upTo(1),
  maxWaiting: upTo(0),
  graceMs: DELAY,
  maxOutputLength: upTo(1),
  maxPartials: upTo(0),
  approve: APPROVE,
  undo: objectWith('an undo log', 'noteRun', 'begin', 'record', 'undo', 'compensate'),
  resultStore: KEYED_STORE,
  ttlMs: STORED_MS,
  leaseMs: STORED_MS,
  waitMs: or(DELAY, Infinity),
  storeTimeoutMs: MILLISECONDS,
  clock: CLOCK,
  random: functionLike('() => number'),
}

/** The ids of a run. */
export const ID_NAMES: readonly (keyof RunIdentity)[] = [
  'pipelineRunId',
  'requestId',
  'sessionId',
  'userId',
  'orgId',
  'interactionId',
]
const ID: OptionRule = [(value) => typeof value === 'string', 'a string']
const IDS = Object.fromEntries(ID_NAMES.map((name) => [name, ID])) as OptionRules<Partial<RunIdentity>>

const CALLER: OptionRules<MaybeWithRegistry<{}, CallerOptions>> = {
  registry: objectWith('a ToolRegistry', 'get', 'readToExecute'),
  context: objectWith('the context of a stage', 'tryEmitEvent'),
  signal: ABORT_SIGNAL,
  timeoutMs: DELAY,
  clock: CLOCK,
  ports: [(value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object of ports'],
  eventEmitter: EMITTER,
}
const EXECUTE: OptionRules<MaybeWithRegistry<{}, ExecuteOptions>> = {
  ...CALLER,
  ids: ANY, // checked below, by name
  executionMode: EXECUTION_MODE,
  approve: APPROVE,
  maxConcurrency: upTo(1),
  idempotencyKey: functionLike('(call) => string'),
}
const UNDO: OptionRules<MaybeWithRegistry<{}, UndoOptions>> = { ...CALLER, pipelineRunId: TEXT }

/** The options with their defaults; an explicit `undefined` means the default. Throws `tool-executor/illegal-option`. */
export function executorSettings(options: ToolExecutorOptions): ExecutorSettings {
  checkOptions('new ToolExecutor()', 'tool-executor/illegal-option', options, EXECUTOR)
  const given = Object.entries(plainOptions(options, Object.keys(EXECUTOR))).filter(([, value]) => value !== undefined)
  const clock = options.clock ?? systemClock
  return {
    maxConcurrency: 8,
    maxWaiting: 1_000,
    graceMs: 1_000,
    maxOutputLength: 2 ** 20,
    maxPartials: 1_000,
    resultStore: options.resultStore ?? memoryStore({ clock }),
    ttlMs: 86_400_000,
    leaseMs: 30_000,
    waitMs: Infinity,
    storeTimeoutMs: 5_000,
    clock,
    random: cryptoRandom,
    ...Object.fromEntries(given),
  }
}

export function checkExecuteOptions(options: unknown): void {
  checkCallOptions('execute()', 'tool-executor/illegal-option', options, EXECUTE)
  const ids = read(options, 'ids')
  const problems = ids === undefined ? [] : optionProblems(ids, IDS, 'ids.')
  refuseOptions('execute()', 'tool-executor/illegal-option', problems)
}

export function checkUndoOptions(options: unknown): void {
  checkUndoing('undo()', options, UNDO)
}

export function checkCompensateOptions(options: unknown): void {
  checkUndoing('compensate()', options, CALLER)
}

function checkUndoing(where: string, options: unknown, rules: OptionRules): void {
  const refuse = (problem: string): void => refuseOptions(where, 'tool-executor/illegal-option', [problem])
  if (typeof options !== 'object')
    refuse(`the options must be an object with the registry of the tools, { registry }, not ${show(options)}`)
  checkCallOptions(where, 'tool-executor/illegal-option', options, rules)
  if (read(options, 'registry') === undefined)
    refuse('registry must be the ToolRegistry with the tools of the calls, not undefined; pass { registry }')
}
