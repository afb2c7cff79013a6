import { StageflowError } from '@stageflow/core'
import { show } from '@stageflow/core/kit'

import type { ResolvedCall } from '../parsed-call.ts'
import { isResolvedCall } from '../parsed-call.ts'
import type { ExecutedCall } from '../result-types.ts'
import { refusedMode } from './approval.ts'
import { keyOf, storageKey } from './call-key.ts'
import { callerOf, type Caller, type EmitterErrors } from './caller.ts'
import { Gate } from './gate.ts'
import { KeyedCalls, type Flight } from './keyed-calls.ts'
import {
  checkCompensateOptions,
  checkExecuteOptions,
  checkUndoOptions,
  executorSettings,
  type CallerOptions,
  type CompensateOptions,
  type ExecuteOptions,
  type ExecutorSettings,
  type ToolExecutorOptions,
  type UndoOptions,
} from './options.ts'
import { emitEnded, emitInvoked, failed, notStarted } from './report.ts'
import { RunningCall, type Batch } from './running-call.ts'
import { thrown } from './settled.ts'
import { StoreErrors } from './store-errors.ts'
import type { AnyTool } from '../tool-types.ts'
import { UndoLog, type ToolsByName } from '../undo/undo-log.ts'
import type { Compensation, UndoResult } from '../undo/undo-result.ts'

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
 * per process: the limits of a tool apply to the calls of one executor. Throws `tools/illegal-option`.
 */
export class ToolExecutor {
  readonly #settings: ExecutorSettings
  readonly #errors: EmitterErrors = { emitterErrors: 0, lastEmitterError: undefined }
  readonly #gates = new WeakMap<AnyTool, Gate>()
  readonly #counts = { running: 0, waiting: 0 }
  readonly #storeErrors = new StoreErrors()
  readonly #keyed: KeyedCalls
  readonly #undo: UndoLog

  constructor(options: ToolExecutorOptions = {}) {
    this.#settings = executorSettings(options)
    this.#keyed = new KeyedCalls(this.#settings, this.#storeErrors)
    this.#undo = new UndoLog(this.#settings, this.#storeErrors, (held) => this.#keyed.forget(held))
  }

  /**
   * Runs the calls, `maxConcurrency` of them at once. The results have the order of the calls. Rejects only for mistakes of the
   * caller (`tools/illegal-option`, `tools/illegal-call`): what a tool does is a result.
   */
  async execute<Ports = {}>(
    calls: readonly ResolvedCall[],
    options: ExecuteOptions<Ports> = {},
  ): Promise<readonly ExecutedCall[]> {
    checkExecuteOptions(options)
    checkCalls(calls)
    const caller = this.#callerOf(options, options.ids)
    this.#undo.know(caller)
    const concurrency = options.maxConcurrency ?? this.#settings.maxConcurrency
    const batch: Batch = {
      settings: this.#settings,
      caller,
      executionMode: options.executionMode ?? options.context?.snapshot?.executionMode,
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

  /**
   * Undoes a call of one of these tools, in whatever process it was made. Rejects with `tools/ambiguous-call` if several calls that can
   * be undone have this id. Other failures are in the result.
   */
  async undo<Ports = {}>(callId: string, options: UndoOptions<Ports>): Promise<UndoResult> {
    checkUndoOptions(options)
    checkId('undo', callId)
    const { pipelineRunId, tools, ...callerOptions } = options
    const named = byName(tools)
    const caller = this.#callerOf(callerOptions)
    return this.#undo.undo(callId, pipelineRunId, caller, named).finally(caller.close)
  }

  /**
   * Undoes all calls of a run that can be undone, in whatever process they were made, the last one first. Returns what became of each.
   * Rejects if the undo store fails.
   */
  async compensate<Ports = {}>(pipelineRunId: string, options: CompensateOptions<Ports>): Promise<Compensation> {
    checkCompensateOptions(options)
    checkId('compensate', pipelineRunId)
    const { tools, ...callerOptions } = options
    const named = byName(tools)
    const caller = this.#callerOf(callerOptions)
    return this.#undo.compensate(pipelineRunId, caller, named).finally(caller.close)
  }

  stats(): ToolExecutorStats {
    const { storeErrors, lastStoreError } = this.#storeErrors
    return Object.freeze({ ...this.#counts, ...this.#errors, storeErrors, lastStoreError })
  }

  async #execute<Ports>(call: ResolvedCall, batch: Batch, options: ExecuteOptions<Ports>): Promise<ExecutedCall> {
    const { caller, executionMode } = batch
    const { emit } = caller
    if (emit !== undefined) emitInvoked(emit, call, executionMode)
    const ended = (result: ExecutedCall): ExecutedCall => {
      if (emit !== undefined) emitEnded(emit, call, result, executionMode)
      return result
    }
    const refused = refusedMode(call, executionMode)
    if (refused !== undefined) return ended(refused)
    try {
      const given = keyOf(call, options.idempotencyKey)
      if (given === undefined) return await this.#run(new RunningCall(call, batch)).result
      const { result, isOwn } = await this.#keyed.result({
        call,
        key: storageKey(caller.ids, given),
        stops: caller.stops,
        clock: caller.clock,
        start: (held) => this.#run(new RunningCall(call, batch, { ...held, given })),
      })
      return isOwn ? result : ended(result)
    } catch (error) {
      return ended(failed(call, notStarted(call), thrown(error)))
    }
  }

  #run(running: RunningCall): Flight {
    this.#counts.running++
    const result = running.run()
    void result.then(() => running.left).finally(() => this.#counts.running--)
    return { result, left: () => running.left, stop: running.stop }
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
    'execute() takes an array of calls that parseAndResolve resolved, because only their input has been checked. Pass (await registry.parseAndResolve(calls)).resolved, or call registry.execute(calls), which does both.',
  )
}

function checkId(method: string, id: unknown): void {
  if (typeof id === 'string' && id !== '') return
  throw new StageflowError(
    'tools/illegal-option',
    `${method}() takes an id: a string that is not empty, not ${show(id)}.`,
  )
}

/** The tools by their names. Throws `tools/duplicate-name` if it isn't clear which tool undoes a call. */
function byName(tools: readonly AnyTool[]): ToolsByName {
  const named = new Map<string, AnyTool>()
  for (const tool of tools) {
    if ((named.get(tool.name) ?? tool) !== tool)
      throw new StageflowError(
        'tools/duplicate-name',
        `Two of the tools to undo calls with are called "${tool.name}". Pass only the one whose calls are to be undone.`,
      )
    named.set(tool.name, tool)
  }
  return named
}
