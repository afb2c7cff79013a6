import { StageflowError } from '@stageflow/core'

import type { ResolvedCall } from './call-types.ts'
import { isResolvedCall } from './resolved-call.ts'
import type { ExecutedCall } from './result-types.ts'
import { refusedBehavior } from './tool-executor-approval.ts'
import type { Batch } from './tool-executor-batch.ts'
import { RunningCall } from './tool-executor-call.ts'
import { callerOf, type Caller, type EmitterErrors } from './tool-executor-caller.ts'
import { ToolFlights } from './tool-executor-flights.ts'
import { Gate } from './tool-executor-gate.ts'
import { fingerprintOf, keyOf } from './tool-executor-keys.ts'
import { executorSettings } from './tool-executor-options.ts'
import type {
  CallerOptions,
  ExecuteOptions,
  ExecutorSettings,
  ToolExecutorOptions,
  UndoOptions,
} from './tool-executor-options.ts'
import { emitEnded, emitInvoked, failed, notStarted } from './tool-executor-report.ts'
import {
  checkCompensateOptions,
  checkExecuteOptions,
  checkExecutorOptions,
  checkUndoOptions,
} from './tool-executor-rules.ts'
import { thrown } from './tool-executor-settled.ts'
import type { AnyTool } from './tool-types.ts'
import { UndoLog, type Compensation, type UndoResult } from './undo.ts'

/** What an executor has under way, and what went wrong beside its calls. */
export interface ToolExecutorStatistics {
  /** Calls that wait or whose handler has not left, those that were given up included. */
  readonly running: number
  /** Calls that wait for a tool's `concurrency` or `rateLimit`. */
  readonly waiting: number
  /** How often an emitter threw or rejected, and with what last. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
  /** How often the store of results failed, and with what last. */
  readonly storeErrors: number
  readonly lastStoreError: unknown
}

/**
 * Makes the calls that a registry resolved: within limits, observed, and never throwing for what a tool does. One
 * executor per process: the limits of a tool hold for the calls of one executor. Throws `tools/illegal-option`.
 */
export class ToolExecutor {
  readonly #settings: ExecutorSettings
  readonly #errors: EmitterErrors = { emitterErrors: 0, lastEmitterError: undefined }
  readonly #gates = new WeakMap<AnyTool, Gate>()
  readonly #counts = { running: 0, waiting: 0 }
  readonly #flights: ToolFlights
  readonly #undo: UndoLog

  constructor(options: ToolExecutorOptions = {}) {
    checkExecutorOptions(options)
    this.#settings = executorSettings(options)
    this.#flights = new ToolFlights(this.#settings.resultStore, this.#settings.idempotencyTtlMs)
    this.#undo = new UndoLog(this.#settings, (key) => this.#flights.forget(key))
  }

  /**
   * Makes the calls, `maxConcurrency` of them at once; their results have the order of the calls. Rejects only for what
   * the caller did wrong (`tools/illegal-option`, `tools/illegal-call`): whatever a tool does is a result.
   */
  async execute<Ports = {}>(
    calls: readonly ResolvedCall[],
    options: ExecuteOptions<Ports> = {},
  ): Promise<readonly ExecutedCall[]> {
    checkExecuteOptions(options)
    checkCalls(calls)
    const caller = this.#callerOf(options, options.ids)
    const concurrency = options.maxConcurrency ?? this.#settings.maxConcurrency
    const batch: Batch = {
      settings: this.#settings,
      caller,
      behavior: options.behavior ?? options.context?.snapshot?.executionMode,
      approve: options.approve ?? this.#settings.approve,
      slots: new Gate({ name: 'the calls', concurrency, rateLimit: undefined, maxWaiting: Infinity }),
      gateOf: ({ tool }) => this.#gateOf(tool),
      undo: this.#undo,
    }
    try {
      return await Promise.all(calls.map((call) => this.#execute(call, batch, options)))
    } finally {
      caller.close()
    }
  }

  /** Undoes a call. Rejects with `tools/ambiguous-call` where several that are in time have that id; what else goes wrong is in the answer. */
  async undo<Ports = {}>(callId: string, options: UndoOptions<Ports> = {}): Promise<UndoResult> {
    checkUndoOptions(options)
    checkId('undo', callId)
    const { pipelineRunId, ...callerOptions } = options
    const caller = this.#callerOf(callerOptions)
    const query = pipelineRunId === undefined ? { callId } : { callId, pipelineRunId }
    return this.#undo.undo(query, caller).finally(caller.close)
  }

  /** Undoes all calls of a run that can be undone, the last first, and says which were, which failed and which were too old. Rejects where the store cannot say which there are. */
  async compensate<Ports = {}>(pipelineRunId: string, options: CallerOptions<Ports> = {}): Promise<Compensation> {
    checkCompensateOptions(options)
    checkId('compensate', pipelineRunId)
    const caller = this.#callerOf(options)
    return this.#undo.compensate(pipelineRunId, caller).finally(caller.close)
  }

  statistics(): ToolExecutorStatistics {
    const { storeErrors, lastStoreError } = this.#flights
    return Object.freeze({ ...this.#counts, ...this.#errors, storeErrors, lastStoreError })
  }

  async #execute<Ports>(call: ResolvedCall, batch: Batch, options: ExecuteOptions<Ports>): Promise<ExecutedCall> {
    const { caller, behavior } = batch
    const { emit } = caller
    if (emit !== undefined) emitInvoked(emit, call, behavior)
    const ended = (result: ExecutedCall): ExecutedCall => {
      if (emit !== undefined) emitEnded(emit, call, result, behavior)
      return result
    }
    const refused = refusedBehavior(call, behavior)
    if (refused !== undefined) return ended(refused)
    try {
      const given = keyOf(call, options.idempotencyKey)
      if (given === undefined) return await this.#run(new RunningCall(call, batch)).result
      const stored = JSON.stringify([caller.ids.orgId ?? null, given])
      const { result, isOwn } = await this.#flights.result({
        call,
        key: stored,
        fingerprint: fingerprintOf(call),
        stops: caller.stops,
        now: () => caller.clock.now(),
        start: () => this.#run(new RunningCall(call, batch, { given, stored })),
      })
      return isOwn ? result : ended(result)
    } catch (error) {
      return ended(failed(call, notStarted(call), thrown(error)))
    }
  }

  #run(running: RunningCall): { readonly result: Promise<ExecutedCall>; readonly left: () => Promise<unknown> } {
    this.#counts.running++
    const result = running.run()
    void result.then(() => running.left).finally(() => this.#counts.running--)
    return { result, left: () => running.left }
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

  #callerOf<Ports>(options: CallerOptions<Ports>, ids?: ExecuteOptions['ids']): Caller {
    const caller = callerOf(options as CallerOptions<never>, this.#settings.clock, this.#errors)
    return ids === undefined ? caller : { ...caller, ids: { ...caller.ids, ...ids } }
  }
}

function checkCalls(calls: unknown): void {
  if (Array.isArray(calls) && Array.from<unknown>(calls).every(isResolvedCall)) return
  throw new StageflowError(
    'tools/illegal-call',
    'execute() takes an array of calls that parseAndResolve resolved: only their input has been checked. Pass registry.parseAndResolve(calls).resolved, or let registry.execute(calls) do both.',
  )
}

function checkId(method: string, id: unknown): void {
  if (typeof id === 'string' && id !== '') return
  throw new StageflowError('tools/illegal-option', `${method}() takes an id, a text that is not empty.`)
}
