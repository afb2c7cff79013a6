import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'

import { mayUse } from './behaviors.ts'
import type { ParsedCalls, ResolvedCall, ToolEventEmitter, UnresolvedCall } from './call-types.ts'
import { makeId } from './call-ids.ts'
import { isTool } from './define-tool.ts'
import {
  aFunction,
  anObject,
  BEHAVIOR,
  checkOptions,
  CLOCK,
  EMITTER,
  MILLISECONDS,
  refuse,
  rule,
  show,
  SIGNAL,
  WHOLE,
} from './option-rules.ts'
import type { Rules } from './option-rules.ts'
import { parseCalls } from './parse-calls.ts'
import type { ParseRules } from './parse-calls.ts'
import { emitReadings } from './resolve-events.ts'
import type { Reading } from './resolve-events.ts'
import type { ToolResult } from './result-types.ts'
import { isPending, settleReadings } from './settle-readings.ts'
import { ToolExecutor } from './tool-executor.ts'
import type { ExecuteOptions } from './tool-executor-options.ts'
import { notStarted } from './tool-executor-report.ts'
import { checkExecuteOptions } from './tool-executor-rules.ts'
import type { AnyTool } from './tool-types.ts'

/** What `new ToolRegistry()` takes. */
export interface ToolRegistryOptions<Ports = {}> {
  /** Registered at once. Default: none. */
  readonly tools?: readonly AnyTool<Ports>[]
  /** Runs the calls. Default: `new ToolExecutor()`. */
  readonly executor?: ToolExecutor
  /** Where events go whose call brings no emitter or context. Default: none are made. */
  readonly eventEmitter?: ToolEventEmitter
  /** How many calls of a message are made; those after them are unresolved. Default: 128. */
  readonly maxCalls?: number
  /** Of one call, in characters of JSON. Default: 1,048,576. */
  readonly maxArgumentsLength?: number
  /** Levels of nesting in arguments. Default: 64. */
  readonly maxDepth?: number
  /** Makes ids for calls that have none; those that begin with `made-` are not told to Google. Default: `made-` and a random UUID. */
  readonly createId?: () => string
}

/** What `parseAndResolve` takes beside the calls. */
export interface ParseOptions {
  /** Where the events go, instead of the registry's emitter: `context.tryEmitEvent`. */
  readonly eventEmitter?: ToolEventEmitter
  /** The execution mode: of tools that it may not use the model does not hear, where a name is unknown. Default: of all. */
  readonly behavior?: string
  /** Rejects with its reason when it aborts while a schema is still checking. */
  readonly signal?: AbortSignal
  /** How long schemas that answer with promises may take; calls that are late are unresolved. Default: no limit. */
  readonly timeoutMs?: number
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** What a registry has read since it was made. */
export interface ToolRegistryStatistics {
  readonly resolved: number
  readonly unresolved: number
  /** How often an emitter threw or rejected, and with what the last time. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
}

/** `ports` must be given where a tool of the registry needs some. */
export type ExecuteArguments<Ports> = {} extends Ports
  ? [options?: ExecuteOptions<Ports>]
  : [options: ExecuteOptions<Ports> & ({ readonly ports: Ports } | { readonly context: { readonly ports: Ports } })]

/** How calls are read: with the defaults filled in. */
type ReadOptions = Pick<ParseOptions, 'signal' | 'timeoutMs' | 'clock'> & Pick<ParseRules, 'isShown'>

const DEFAULTS = {
  maxCalls: 128,
  maxArgumentsLength: 1_048_576,
  maxDepth: 64,
  createId: makeId,
} as const satisfies Omit<ParseRules, 'isShown'>
const REGISTRY: Rules<ToolRegistryOptions> = {
  tools: rule(Array.isArray, 'a list of tools'),
  executor: anObject('a ToolExecutor', 'execute'),
  eventEmitter: EMITTER,
  maxCalls: WHOLE,
  maxArgumentsLength: WHOLE,
  maxDepth: WHOLE,
  createId: aFunction('a function that answers a new id'),
}
const PARSE: Rules<ParseOptions> = {
  eventEmitter: EMITTER,
  behavior: BEHAVIOR,
  signal: SIGNAL,
  timeoutMs: MILLISECONDS,
  clock: CLOCK,
}

/** The tools of an app, by name: reads the calls that models make of them, and runs them. */
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
    checkOptions('new ToolRegistry()', options, REGISTRY, '{ tools: [] }')
    const { tools = [], executor, eventEmitter, maxCalls = DEFAULTS.maxCalls } = options
    const { maxArgumentsLength = DEFAULTS.maxArgumentsLength, maxDepth = DEFAULTS.maxDepth } = options
    this.#rules = { maxCalls, maxArgumentsLength, maxDepth, createId: options.createId ?? DEFAULTS.createId }
    this.#eventEmitter = eventEmitter
    this.executor = executor ?? new ToolExecutor()
    this.register(...tools)
  }

  /** Adds tools; a name that is taken is `tools/duplicate-name`, and then none of them is added. */
  register(...tools: readonly AnyTool<Ports>[]): this {
    const problems = tools
      .filter((tool) => !isTool(tool))
      .map((tool: unknown) =>
        Array.isArray(tool)
          ? 'it takes tools one by one: register(...tools)'
          : `${show(tool)} is no tool; make it with defineTool()`,
      )
    refuse('register()', problems)
    const names = new Set(this.#tools.keys())
    for (const { name } of tools) {
      if (names.has(name))
        throw new StageflowError(
          'tools/duplicate-name',
          `The registry has a tool "${name}" already; give one of them another name, or register only one.`,
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

  /** Every tool, in the order of registration; with `behavior` those that this execution mode may use. */
  list(options: { readonly behavior?: string } = {}): readonly AnyTool<Ports>[] {
    checkOptions('list()', options, { behavior: BEHAVIOR }, '{ behavior }')
    return [...this.#tools.values()].filter(shownTo(options.behavior))
  }

  /**
   * Reads the tool calls of a model: a list in the shape of any provider, or the message or response they stand in.
   * Nothing in them makes it throw: what cannot be called is `unresolved`, with the reason. Each call is told of, as
   * `tools.resolved` or `tool.unresolved`, before any can run.
   */
  async parseAndResolve(calls: unknown, options: ParseOptions = {}): Promise<ParsedCalls> {
    checkOptions('parseAndResolve()', options, PARSE, '{ eventEmitter }')
    const { eventEmitter = this.#eventEmitter, behavior, signal } = options
    const readings = await this.#read(calls, { ...options, isShown: shownTo(behavior) })
    if (signal?.aborted && readings.some(isCancelled)) throw signal.reason as Error
    return this.#told(readings, eventEmitter)
  }

  async #read(
    calls: unknown,
    { isShown, signal, timeoutMs, clock = systemClock }: ReadOptions,
  ): Promise<readonly Reading[]> {
    const read = parseCalls(calls, this.#tools, { ...this.#rules, isShown })
    return read.some(isPending) ? settleReadings(read, { signal, timeoutMs, clock }) : (read as readonly Reading[])
  }

  /** Counts the calls and tells of them. */
  #told(readings: readonly Reading[], eventEmitter: ToolEventEmitter | undefined): ParsedCalls {
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
    // Not enumerable: who prints the answer, or makes it JSON, wants each call once.
    Object.defineProperty(parsed, 'calls', { value: Object.freeze(readings.map(({ call }) => call)) })
    return Object.freeze(parsed) as ParsedCalls
  }

  /**
   * Runs calls, parsed or as a model made them: a result for each, in their order; what is unresolved is its own result.
   * Rejects only for what the caller does wrong.
   */
  async execute(calls: unknown, ...[options = {}]: ExecuteArguments<Ports>): Promise<readonly ToolResult[]> {
    checkExecuteOptions(options)
    const { context, timeoutMs } = options
    const clock = options.clock ?? context?.clock ?? systemClock
    const eventEmitter = options.eventEmitter ?? context?.tryEmitEvent ?? this.#eventEmitter
    const behavior = options.behavior ?? context?.snapshot?.executionMode
    const signals = [options.signal, context?.signal].filter((signal) => signal !== undefined)
    const start = timeoutMs === undefined ? 0 : clock.now()
    const readings = await this.#read(calls, {
      clock,
      isShown: (tool) => mayUse(tool, behavior),
      ...(signals[0] === undefined ? undefined : { signal: signals[1] ? AbortSignal.any(signals) : signals[0] }),
      ...(timeoutMs === undefined ? undefined : { timeoutMs }),
    })
    const parsed = this.#told(readings, eventEmitter)
    const ended = await this.executor.execute(parsed.resolved, {
      ...options,
      ...(eventEmitter === undefined ? undefined : { eventEmitter }),
      // What the schemas took is not left for the handlers.
      ...(timeoutMs === undefined ? undefined : { timeoutMs: Math.max(0, timeoutMs - (clock.now() - start)) }),
    })
    const results = ended.values()
    return parsed.calls.map((call) =>
      call.status === 'resolved' ? (results.next().value as ToolResult) : resultOf(call),
    )
  }

  statistics(): ToolRegistryStatistics {
    return {
      resolved: this.#resolved,
      unresolved: this.#unresolved,
      emitterErrors: this.#emitterErrors,
      lastEmitterError: this.#lastEmitterError,
    }
  }
}

/** A call that was cancelled before it could be made is cancelled, like those that could. */
function resultOf(call: UnresolvedCall): ToolResult {
  const { reason, message, name = '' } = call
  if (reason !== 'cancelled') return call
  return Object.freeze({ ...notStarted({ ...call, name }), status: 'cancelled' as const, message })
}

const isCancelled = ({ call }: Reading): boolean => call.status === 'unresolved' && call.reason === 'cancelled'

const shownTo = (behavior: string | undefined): ParseRules['isShown'] =>
  behavior === undefined ? () => true : (tool) => mayUse(tool, behavior)
