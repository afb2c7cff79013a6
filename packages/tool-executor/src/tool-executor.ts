import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, isThenable, show } from '@stageflow/core/kit'
import type { AnyTool, ExecutedCall, ResolvedCall, ToolRegistry, ToolResult, UnresolvedCall } from '@stageflow/tools'
import { isResolvedCall } from '@stageflow/tools/kit'

import { refusedMode } from './approval.ts'
import { callerOf, type Caller, type CallerServices } from './caller.ts'
import { emitEnded, emitInvoked } from './events.ts'
import { Gate } from './gate.ts'
import { keyOf, storageKey } from './keyed/call-key.ts'
import { KeyedCalls, type StartedCall } from './keyed/keyed-calls.ts'
import { StoreErrors } from './keyed/store-errors.ts'
import {
  checkCompensateOptions,
  checkExecuteOptions,
  checkUndoOptions,
  executorSettings,
  type CallerOptions,
  type ExecuteOptions,
  type ExecutorSettings,
  type MaybeWithRegistry,
  type ToolExecutorOptions,
  type UndoOptions,
  type WithRegistry,
} from './options.ts'
import { preparedCall, uncheckedCall } from './prepared-call.ts'
import { cancelled, failed, notStarted } from './results.ts'
import { RunningCall, type Batch } from './running-call.ts'
import { failureFor } from './settled.ts'
import type { Compensation, ToolUndoLog, UndoResult } from './undo-types.ts'

/** What an executor runs, and which errors it met beside those of tools. */
export interface ToolExecutorStats {
  /** Calls that wait or whose handler still runs, even if the call has ended. */
  readonly running: number
  /** Calls that wait for a tool's `concurrency` or `rateLimit`. */
  readonly waiting: number
  /** How often an emitter threw or rejected, and the last error. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
  /** How often a call or an undo ended in spite of a failing store, or with a result that could not be stored, and the last error. */
  readonly storeErrors: number
  readonly lastStoreError: unknown
}

/**
 * Runs the calls that a registry resolved: within limits, with events, and without throwing for what a tool does. Use one executor
 * per process: the limits of a tool apply to the calls of one executor. Throws `tool-executor/illegal-option`.
 */
export class ToolExecutor {
  readonly #settings: ExecutorSettings
  readonly #services: CallerServices
  readonly #gates = new WeakMap<AnyTool, Gate>()
  readonly #counts = { running: 0, waiting: 0 }
  readonly #emitterErrors = { emitterErrors: 0, lastEmitterError: undefined as unknown }
  readonly #storeErrors = new StoreErrors()
  readonly #keyed: KeyedCalls

  constructor(options: ToolExecutorOptions = {}) {
    checkArgumentCount(arguments.length, 1, 'new ToolExecutor(options)', 'tool-executor/illegal-option')
    this.#settings = executorSettings(options)
    this.#keyed = new KeyedCalls(this.#settings, this.#storeErrors)
    this.#services = {
      clock: this.#settings.clock,
      graceMs: this.#settings.graceMs,
      forgetResult: (resultKey) => this.#keyed.forget(resultKey),
      onStoreError: (error) => this.#storeErrors.count(error),
      onEmitterError: (error) => {
        this.#emitterErrors.emitterErrors++
        this.#emitterErrors.lastEmitterError = error
      },
    }
  }

  /**
   * Runs calls, `maxConcurrency` of them at once. Returns a result for each, in order. Rejects only for mistakes of the caller
   * (`tool-executor/illegal-option`, `tool-executor/illegal-call`): what a tool does is a result.
   *
   * With `registry`, `calls` is what a model sent, or what `parseAndResolve` returned. An unresolved call is its own result. Without
   * one, `calls` are those that `parseAndResolve` resolved.
   */
  async execute<Ports>(
    calls: unknown,
    options: WithRegistry<Ports, ExecuteOptions<Ports>>,
  ): Promise<readonly ToolResult[]>
  async execute<Ports = {}>(
    calls: readonly ResolvedCall[],
    options?: ExecuteOptions<Ports>,
  ): Promise<readonly ExecutedCall[]>
  async execute<Ports>(
    calls: unknown,
    options: MaybeWithRegistry<Ports, ExecuteOptions<Ports>> = {},
  ): Promise<readonly ToolResult[]> {
    checkArgumentCount(arguments.length, 2, 'execute(calls, options)', 'tool-executor/illegal-option')
    checkExecuteOptions(options)
    if (options.registry !== undefined) return this.#readAndExecute(options.registry, calls, options)
    checkCalls(calls)
    return this.#executeAll(calls, options)
  }

  /**
   * Undoes a call of a tool of this registry, in whatever process it was made. Rejects with `undo/ambiguous-call` if several calls
   * that can be undone have this id. Other failures are in the result.
   */
  async undo<Ports>(callId: string, options: WithRegistry<Ports, UndoOptions<Ports>>): Promise<UndoResult> {
    checkArgumentCount(arguments.length, 2, 'undo(callId, options)', 'tool-executor/illegal-option')
    checkUndoOptions(options)
    checkId('undo', 'the callId of a result', callId)
    const { registry: tools, pipelineRunId } = options
    return this.#withUndoLog('undo', options, (log, caller) => log.undo(callId, caller, { tools, pipelineRunId }))
  }

  /**
   * Undoes all calls of a run that can be undone, in whatever process they were made, the last one first. Returns what became of each.
   * Rejects if the undo store fails.
   */
  async compensate<Ports>(
    pipelineRunId: string,
    options: WithRegistry<Ports, CallerOptions<Ports>>,
  ): Promise<Compensation> {
    checkArgumentCount(arguments.length, 2, 'compensate(pipelineRunId, options)', 'tool-executor/illegal-option')
    checkCompensateOptions(options)
    checkId('compensate', 'the pipelineRunId of the calls', pipelineRunId)
    const { registry } = options
    return this.#withUndoLog('compensate', options, (log, caller) => log.compensate(pipelineRunId, caller, registry))
  }

  stats(): ToolExecutorStats {
    const { storeErrors, lastStoreError } = this.#storeErrors
    return Object.freeze({ ...this.#counts, ...this.#emitterErrors, storeErrors, lastStoreError })
  }

  async #readAndExecute<Ports>(
    registry: ToolRegistry<Ports>,
    calls: unknown,
    options: MaybeWithRegistry<Ports, ExecuteOptions<Ports>>,
  ): Promise<readonly ToolResult[]> {
    const { context, timeoutMs } = options
    const clock = options.clock ?? context?.clock ?? this.#settings.clock
    const eventEmitter = options.eventEmitter ?? context?.tryEmitEvent
    const executionMode = options.executionMode ?? context?.snapshot?.executionMode
    const signal = anySignal(options.signal, context?.signal)
    const startedAt = timeoutMs === undefined ? 0 : clock.now()
    const parsed = await registry.readToExecute(calls, {
      clock,
      ...(eventEmitter !== undefined && { eventEmitter }),
      ...(executionMode !== undefined && { executionMode }),
      ...(signal !== undefined && { signal }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    })
    // The time that schemas took counts too.
    const leftMs = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (clock.now() - startedAt))
    const executed = (await this.#executeAll(parsed.resolved, options, leftMs)).values()
    return parsed.calls.map((call) =>
      call.status === 'resolved' ? (executed.next().value as ExecutedCall) : resultOf(call),
    )
  }

  async #executeAll<Ports>(
    calls: readonly ResolvedCall[],
    options: MaybeWithRegistry<Ports, ExecuteOptions<Ports>>,
    leftMs?: number,
  ): Promise<readonly ExecutedCall[]> {
    const caller = callerOf(options, this.#services, leftMs)
    const { pipelineRunId } = caller.ids
    if (pipelineRunId !== undefined) this.#settings.undo?.noteRun(pipelineRunId)
    const concurrency = options.maxConcurrency ?? this.#settings.maxConcurrency
    const batch: Batch = {
      settings: this.#settings,
      caller,
      executionMode: options.executionMode ?? options.context?.snapshot?.executionMode,
      approve: options.approve ?? this.#settings.approve,
      slots: new Gate({ name: 'the calls', concurrency, rateLimit: undefined, maxWaiting: Infinity }),
      gateOf: ({ tool }) => this.#gateOf(tool),
    }
    try {
      return await Promise.all(calls.map((call) => this.#execute(call, batch, options.idempotencyKey)))
    } finally {
      caller.close()
    }
  }

  /** Runs one call. Never rejects. */
  async #execute(
    given: ResolvedCall,
    batch: Batch,
    idempotencyKey: ExecuteOptions['idempotencyKey'],
  ): Promise<ExecutedCall> {
    const { caller, executionMode } = batch
    const { emit } = caller
    const prepared = refusedMode(given, executionMode) ?? preparedCall(given, caller.stops)
    // A synchronous schema costs no turn of the event loop.
    const call = isThenable(prepared) ? await prepared : prepared
    const shown = call.status === 'resolved' ? call : uncheckedCall(given)
    const ended = (result: ExecutedCall): ExecutedCall => {
      if (emit !== undefined) emitEnded(emit, shown, result, executionMode)
      return result
    }
    if (emit !== undefined) emitInvoked(emit, shown, executionMode)
    if (call.status !== 'resolved') return ended(call)
    try {
      const key = keyOf(given, idempotencyKey)
      if (key === undefined) return await this.#start(new RunningCall({ call, given }, batch)).result
      const { result, started } = await this.#keyed.result({
        call,
        key: storageKey(caller.ids, key),
        caller,
        start: (resultKey) => this.#start(new RunningCall({ call, given }, batch, { ...resultKey, callerKey: key })),
      })
      return started === undefined ? ended(result) : started.end(result)
    } catch (error) {
      return ended(failed(call, notStarted(call), failureFor(error)))
    }
  }

  #start(call: RunningCall): StartedCall {
    this.#counts.running++
    const result = call.run()
    void result.then(() => call.left).finally(() => this.#counts.running--)
    return { result, left: () => call.left, stop: call.stop, end: call.end }
  }

  #gateOf(tool: AnyTool): Gate {
    const { name, concurrency, rateLimit } = tool
    const known = this.#gates.get(tool)
    if (known !== undefined) return known
    const { maxWaiting } = this.#settings
    const gate = new Gate({ name: `tool "${name}"`, concurrency, rateLimit, maxWaiting, counts: this.#counts })
    this.#gates.set(tool, gate)
    return gate
  }

  async #withUndoLog<Ports, Result>(
    method: string,
    options: MaybeWithRegistry<Ports, CallerOptions<Ports>>,
    ask: (log: ToolUndoLog, caller: Caller) => Promise<Result>,
  ): Promise<Result> {
    const { undo } = this.#settings
    if (undo === undefined)
      throw new StageflowError(
        'tool-executor/illegal-option',
        `${method}() needs an undo log, and this executor has none. Pass that of @stageflow/undo: new ToolExecutor({ undo: undoLog() }).`,
      )
    const caller = callerOf(options, this.#services)
    try {
      return await ask(undo, caller)
    } finally {
      caller.close()
    }
  }
}

/** A call that was cancelled during its check has a cancelled result, like calls that were cancelled later. */
function resultOf(call: UnresolvedCall): ToolResult {
  const { reason, message, name = '' } = call
  return reason === 'cancelled' ? cancelled(notStarted({ ...call, name }), message) : call
}

function anySignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one !== undefined && other !== undefined ? AbortSignal.any([one, other]) : (one ?? other)
}

function checkCalls(calls: unknown): asserts calls is readonly ResolvedCall[] {
  const wrong = wrongIn(calls)
  if (wrong === undefined) return
  throw new StageflowError(
    'tool-executor/illegal-call',
    `Without a registry, execute() takes an array of calls that parseAndResolve resolved, because only their input has been checked; ${wrong}. Pass the registry, which reads them: execute(calls, { registry }); or pass (await registry.parseAndResolve(calls)).resolved.`,
  )
}

/** What isn't a resolved call; undefined if all are. */
function wrongIn(calls: unknown): string | undefined {
  if (!Array.isArray(calls)) return `the calls are ${show(calls)}`
  const given = Array.from<unknown>(calls)
  const index = given.findIndex((call) => !isResolvedCall(call))
  return index === -1 ? undefined : `calls[${index}] is ${show(given[index])}`
}

function checkId(method: string, what: string, id: unknown): void {
  if (typeof id === 'string' && id !== '') return
  throw new StageflowError(
    'tool-executor/illegal-option',
    `${method}(): the first argument must be ${what}, a string that is not empty, not ${show(id)}.`,
  )
}
