import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import {
  checkOptions,
  CLOCK,
  DELAY,
  functionLike,
  objectWith,
  type OptionRules,
  refuseOptions,
  show,
  whole,
} from '@stageflow/core/kit'

import { isTool, mayUse } from '../define-tool.ts'
import {
  checkCallOptions,
  checkCompensateOptions,
  checkExecuteOptions,
  checkUndoOptions,
  EMITTER,
  EXECUTION_MODE,
  SIGNAL,
} from '../executor/options.ts'
import type { CallerOptions, CompensateOptions, ExecuteOptions, UndoOptions } from '../executor/options.ts'
import { notStarted } from '../executor/report.ts'
import { ToolExecutor } from '../executor/tool-executor.ts'
import type { ParsedCalls, ResolvedCall, ToolEventEmitter, UnresolvedCall } from '../parsed-call.ts'
import { makeId } from '../providers/call-ids.ts'
import type { ToolResult } from '../result-types.ts'
import type { AnyTool } from '../tool-types.ts'
import type { Compensation, UndoResult } from '../undo/undo-result.ts'
import { isPending, parseCalls, settleReadings, type ParseRules } from './parse-calls.ts'
import { emitReadings, type Reading } from './resolve-events.ts'

/** The options of `new ToolRegistry()`. */
export interface ToolRegistryOptions<Ports = {}> {
  /** The first tools. Default: none. */
  readonly tools?: readonly AnyTool<Ports>[]
  /** Runs the calls. Default: `new ToolExecutor()`. */
  readonly executor?: ToolExecutor
  /** Gets the events of calls without an emitter or context of their own. Default: no events. */
  readonly eventEmitter?: ToolEventEmitter
  /** Maximum number of calls of a message; further ones are unresolved. Default: 128. */
  readonly maxCalls?: number
  /** Maximum length of a call's arguments as JSON, in characters. Default: 1,048,576. */
  readonly maxArgumentsLength?: number
  /** Maximum nesting of arguments, in levels. Default: 64. */
  readonly maxDepth?: number
  /** Returns an id for a call without one. Google doesn't get ids that begin with `made-`. Default: `made-` and a random UUID. */
  readonly createId?: () => string
}

/** The options of `parseAndResolve`. */
export interface ParseOptions {
  /** Gets the events, such as `context.tryEmitEvent`. Default: the registry's emitter. */
  readonly eventEmitter?: ToolEventEmitter
  /** The execution mode. Messages about unknown names leave out tools that it may not use. Default: they name all tools. */
  readonly executionMode?: string
  /** If it aborts while an asynchronous schema checks, `parseAndResolve` rejects with its reason. */
  readonly signal?: AbortSignal
  /** Maximum time for asynchronous schemas, in ms; late calls are unresolved. Default: no limit. */
  readonly timeoutMs?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/** What a registry has read so far. */
export interface ToolRegistryStats {
  readonly resolved: number
  readonly unresolved: number
  /** How often an emitter threw or rejected, and the last error. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
}

/** You must pass `ports`, or a context with them, if a tool of the registry needs some. */
export type ExecuteArguments<Ports> = {} extends Ports
  ? [options?: ExecuteOptions<Ports>]
  : [options: ExecuteOptions<Ports> & ({ readonly ports: Ports } | { readonly context: { readonly ports: Ports } })]

/** You must pass `ports`, or a context with them, if a tool of the registry needs some: a store doesn't keep them. */
export type UndoArguments<Ports, Options> = {} extends Ports
  ? [options?: Omit<Options, 'tools'>]
  : [options: Omit<Options, 'tools'> & ({ readonly ports: Ports } | { readonly context: { readonly ports: Ports } })]

/** The options of reading calls. */
type ReadOptions = Pick<ParseOptions, 'signal' | 'timeoutMs' | 'clock'> & Pick<ParseRules, 'isShown'>

const DEFAULTS = {
  maxCalls: 128,
  maxArgumentsLength: 1_048_576,
  maxDepth: 64,
  createId: makeId,
} as const satisfies Omit<ParseRules, 'isShown'>
const REGISTRY: OptionRules<ToolRegistryOptions> = {
  tools: [Array.isArray, 'an array of tools'],
  executor: objectWith('a ToolExecutor', 'execute', 'undo', 'compensate'),
  eventEmitter: EMITTER,
  maxCalls: whole(1),
  maxArgumentsLength: whole(1),
  maxDepth: whole(1),
  createId: functionLike('() => string'),
}
const PARSE: OptionRules<ParseOptions> = {
  eventEmitter: EMITTER,
  executionMode: EXECUTION_MODE,
  signal: SIGNAL,
  timeoutMs: DELAY,
  clock: CLOCK,
}

/** The tools of an app, by name. Reads a model's calls to them, and runs the calls. */
export class ToolRegistry<Ports = {}> {
  readonly #tools = new Map<string, AnyTool>()
  readonly #rules: Omit<ParseRules, 'isShown'>
  readonly #eventEmitter: ToolEventEmitter | undefined
  readonly #onEmitterError = (error: unknown): void => {
    this.#emitterErrors++
    this.#lastEmitterError = error
  }
  #resolved = 0
  #unresolved = 0
  #emitterErrors = 0
  #lastEmitterError: unknown
  /** Runs the calls of `execute`, and undoes them. */
  readonly executor: ToolExecutor

  constructor(options: ToolRegistryOptions<Ports> = {}) {
    checkOptions('new ToolRegistry()', 'tools/illegal-option', options, REGISTRY)
    const { tools = [], executor, eventEmitter, maxCalls = DEFAULTS.maxCalls } = options
    const { maxArgumentsLength = DEFAULTS.maxArgumentsLength, maxDepth = DEFAULTS.maxDepth } = options
    this.#rules = { maxCalls, maxArgumentsLength, maxDepth, createId: options.createId ?? DEFAULTS.createId }
    this.#eventEmitter = eventEmitter
    this.executor = executor ?? new ToolExecutor()
    this.register(...tools)
  }

  /** Adds tools. Throws `tools/duplicate-name`, and adds none of them, if a name is taken. */
  register(...tools: readonly AnyTool<Ports>[]): this {
    const problems = tools
      .filter((tool) => !isTool(tool))
      .map((tool: unknown) =>
        Array.isArray(tool)
          ? 'pass tools one by one: register(...tools)'
          : `${show(tool)} is not a tool; make one with defineTool()`,
      )
    refuseOptions('register()', 'tools/illegal-option', problems)
    const names = new Set(this.#tools.keys())
    for (const { name } of tools) {
      if (names.has(name))
        throw new StageflowError(
          'tools/duplicate-name',
          `The registry already has a tool "${name}". Rename one of them, or register only one.`,
        )
      names.add(name)
    }
    for (const tool of tools) this.#tools.set(tool.name, tool)
    return this
  }

  /** The tool of this name. */
  get(name: string): AnyTool<Ports> | undefined {
    return this.#tools.get(name)
  }

  /** All tools, in the order of registration; with `executionMode`, those that this mode may use. */
  list(options: { readonly executionMode?: string } = {}): readonly AnyTool<Ports>[] {
    checkOptions('list()', 'tools/illegal-option', options, { executionMode: EXECUTION_MODE })
    return [...this.#tools.values()].filter(shownTo(options.executionMode))
  }

  /**
   * Reads the tool calls of a model: a list in the shape of any provider, or a message or response that has them. Never throws for
   * what the model sent: a call that cannot be made is `unresolved`, with the reason. Emits an event for each call, `tools.resolved`
   * or `tool.unresolved`.
   */
  async parseAndResolve(calls: unknown, options: ParseOptions = {}): Promise<ParsedCalls> {
    checkCallOptions('parseAndResolve()', options, PARSE)
    const { eventEmitter = this.#eventEmitter, executionMode, signal } = options
    const readings = await this.#read(calls, { ...options, isShown: shownTo(executionMode) })
    if (signal?.aborted && readings.some(isCancelled)) throw signal.reason as Error
    return this.#report(readings, eventEmitter)
  }

  async #read(
    calls: unknown,
    { isShown, signal, timeoutMs, clock = systemClock }: ReadOptions,
  ): Promise<readonly Reading[]> {
    const read = parseCalls(calls, this.#tools, { ...this.#rules, isShown })
    return read.some(isPending) ? settleReadings(read, { signal, timeoutMs, clock }) : (read as readonly Reading[])
  }

  /** Counts the calls and emits their events. */
  #report(readings: readonly Reading[], eventEmitter: ToolEventEmitter | undefined): ParsedCalls {
    const resolved: ResolvedCall[] = []
    const unresolved: UnresolvedCall[] = []
    for (const { call, news } of readings) {
      const isNew = news === undefined ? 0 : 1
      if (call.status === 'resolved') {
        resolved.push(call)
        this.#resolved += isNew
      } else {
        unresolved.push(call)
        this.#unresolved += isNew
      }
    }
    if (eventEmitter !== undefined) emitReadings(readings, eventEmitter, this.#onEmitterError)
    const parsed = { resolved: Object.freeze(resolved), unresolved: Object.freeze(unresolved) }
    // Not enumerable, so that printing it or writing it as JSON shows each call once.
    Object.defineProperty(parsed, 'calls', { value: Object.freeze(readings.map(({ call }) => call)) })
    return Object.freeze(parsed) as ParsedCalls
  }

  /**
   * Runs calls, parsed or as the model sent them, and returns a result for each, in order. An unresolved call is its own result.
   * Rejects only for mistakes of the caller.
   */
  async execute(calls: unknown, ...[options = {}]: ExecuteArguments<Ports>): Promise<readonly ToolResult[]> {
    checkExecuteOptions(options)
    const { context, timeoutMs } = options
    const clock = options.clock ?? context?.clock ?? systemClock
    const eventEmitter = options.eventEmitter ?? context?.tryEmitEvent ?? this.#eventEmitter
    const executionMode = options.executionMode ?? context?.snapshot?.executionMode
    const signals = [options.signal, context?.signal].filter((signal) => signal !== undefined)
    const start = timeoutMs === undefined ? 0 : clock.now()
    const readings = await this.#read(calls, {
      clock,
      isShown: (tool) => mayUse(tool, executionMode),
      ...(signals[0] === undefined ? undefined : { signal: signals[1] ? AbortSignal.any(signals) : signals[0] }),
      ...(timeoutMs === undefined ? undefined : { timeoutMs }),
    })
    const parsed = this.#report(readings, eventEmitter)
    const ended = await this.executor.execute(parsed.resolved, {
      ...options,
      ...(eventEmitter === undefined ? undefined : { eventEmitter }),
      // The time that schemas took counts too.
      ...(timeoutMs === undefined ? undefined : { timeoutMs: Math.max(0, timeoutMs - (clock.now() - start)) }),
    })
    const results = ended.values()
    return parsed.calls.map((call) =>
      call.status === 'resolved' ? (results.next().value as ToolResult) : resultOf(call),
    )
  }

  /** `executor.undo` with the tools of this registry. */
  async undo(callId: string, ...[options = {}]: UndoArguments<Ports, UndoOptions<Ports>>): Promise<UndoResult> {
    checkUndoOptions(options, this.#tools)
    return this.executor.undo(callId, this.#undoing(options))
  }

  /** `executor.compensate` with the tools of this registry. */
  async compensate(
    pipelineRunId: string,
    ...[options = {}]: UndoArguments<Ports, CompensateOptions<Ports>>
  ): Promise<Compensation> {
    checkCompensateOptions(options, this.#tools)
    return this.executor.compensate(pipelineRunId, this.#undoing(options))
  }

  #undoing<Options extends CallerOptions<Ports>>(options: Options): Options & { tools: readonly AnyTool<Ports>[] } {
    const eventEmitter = options.eventEmitter ?? options.context?.tryEmitEvent ?? this.#eventEmitter
    return { ...options, ...(eventEmitter && { eventEmitter }), tools: this.list() }
  }

  stats(): ToolRegistryStats {
    return Object.freeze({
      resolved: this.#resolved,
      unresolved: this.#unresolved,
      emitterErrors: this.#emitterErrors,
      lastEmitterError: this.#lastEmitterError,
    })
  }
}

/** A call that was cancelled during its check has a cancelled result, like calls that were cancelled later. */
function resultOf(call: UnresolvedCall): ToolResult {
  const { reason, message, name = '' } = call
  if (reason !== 'cancelled') return call
  return Object.freeze({ ...notStarted({ ...call, name }), status: 'cancelled' as const, message })
}

const isCancelled = ({ call }: Reading): boolean => call.status === 'unresolved' && call.reason === 'cancelled'

const shownTo = (executionMode: string | undefined): ParseRules['isShown'] =>
  executionMode === undefined ? () => true : (tool) => mayUse(tool, executionMode)
