import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import {
  ABORT_SIGNAL,
  checkArgumentCount,
  checkOptions,
  CLOCK,
  DELAY,
  functionLike,
  isThenable,
  onRejection,
  type OptionRules,
  read,
  refuseOptions,
  show,
  textOf,
  whole,
} from '@stageflow/core/kit'

import { checkCallOptions, EMITTER, EXECUTION_MODE } from '../call-options.ts'
import { isTool, mayUse } from '../define-tool.ts'
import type { ParsedCalls, ToolEventEmitter } from '../parsed-call.ts'
import { makeId } from '../providers/call-ids.ts'
import type { AnyTool } from '../tool-types.ts'
import { isPending, parseCalls, settleReadings, type ParseRules } from './parse-calls.ts'
import { emitReadings, type Reading } from './resolve-events.ts'

/** A list of tools that changes while registries use it, such as that of an MCP server. A `ToolRegistry` is one too. */
export interface ToolSource<Ports = {}> {
  /** The tools of now: called whenever a registry reads calls or lists its tools. */
  list(): readonly AnyTool<Ports>[]
}

/** The options of `new ToolRegistry()`. */
export interface ToolRegistryOptions<Ports = {}> {
  /** The first tools. Default: none. */
  readonly tools?: readonly AnyTool<Ports>[]
  /** Lists of tools that change. If several tools have a name, the first one is called: its own tools come first. Default: none. */
  readonly sources?: readonly ToolSource<Ports>[]
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
  /** Names of tools of sources that now can't be called, because a tool before them has the name. */
  readonly hiddenTools: readonly string[]
  /** How often an emitter threw or rejected, and the last error. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
}

const DEFAULTS = {
  maxCalls: 128,
  maxArgumentsLength: 1_048_576,
  maxDepth: 64,
  createId: makeId,
} as const satisfies Omit<ParseRules, 'isShown'>
const REGISTRY: OptionRules<ToolRegistryOptions> = {
  tools: [Array.isArray, 'an array of tools'],
  sources: [Array.isArray, 'an array of sources, each with list()'],
  eventEmitter: EMITTER,
  maxCalls: whole(1),
  maxArgumentsLength: whole(1),
  maxDepth: whole(1),
  createId: functionLike('() => string'),
}
const PARSE: OptionRules<ParseOptions> = {
  eventEmitter: EMITTER,
  executionMode: EXECUTION_MODE,
  signal: ABORT_SIGNAL,
  timeoutMs: DELAY,
  clock: CLOCK,
}

/** The tools of an app, by name. Reads a model's calls to them. */
export class ToolRegistry<Ports = {}> {
  readonly #tools = new Map<string, AnyTool>()
  readonly #rules: Omit<ParseRules, 'isShown'>
  readonly #onEmitterError = (error: unknown): void => {
    this.#emitterErrors++
    this.#lastEmitterError = error
  }
  #resolved = 0
  #unresolved = 0
  #emitterErrors = 0
  #lastEmitterError: unknown
  readonly sources: readonly ToolSource<Ports>[]
  /** Gets the events of calls without an emitter or context of their own. */
  readonly eventEmitter: ToolEventEmitter | undefined

  constructor(options: ToolRegistryOptions<Ports> = {}) {
    checkOptions('new ToolRegistry()', 'tools/illegal-option', options, REGISTRY)
    const { tools = [], sources = [], eventEmitter, maxCalls = DEFAULTS.maxCalls } = options
    const { maxArgumentsLength = DEFAULTS.maxArgumentsLength, maxDepth = DEFAULTS.maxDepth } = options
    this.#rules = { maxCalls, maxArgumentsLength, maxDepth, createId: options.createId ?? DEFAULTS.createId }
    this.eventEmitter = eventEmitter
    checkSources(sources)
    this.sources = Object.freeze([...sources])
    // Names that two sources have; `register` refuses one that its tools and a source have.
    this.#toolsOfNow((name) => {
      throw duplicateName(name)
    })
    this.register(...tools)
  }

  /** Adds tools. Throws `tools/duplicate-name`, and adds none of them, if a name is taken. */
  register(...tools: readonly AnyTool<Ports>[]): this {
    checkTools('register()', tools)
    const names = new Set(this.#toolsOfNow().keys())
    for (const { name } of tools) {
      if (names.has(name)) throw duplicateName(name)
      names.add(name)
    }
    for (const tool of tools) this.#tools.set(tool.name, tool)
    return this
  }

  /**
   * Removes the tool of this name, and returns whether there was one. The tools of a source stay. Calls that were resolved before can
   * still be executed.
   */
  remove(name: string): boolean {
    if (typeof name !== 'string')
      refuseOptions('remove(name)', 'tools/illegal-option', [
        `the name must be a string, not ${show(name)}${isTool(name) ? '; pass tool.name' : ''}`,
      ])
    return this.#tools.delete(name)
  }

  /** Puts a tool in the place of the one that has its name. Throws `tools/illegal-option` if the registry has no such tool of its own. */
  replace(tool: AnyTool<Ports>): this {
    checkTools('replace()', [tool])
    const { name } = tool
    if (!this.#tools.has(name))
      refuseOptions('replace()', 'tools/illegal-option', [
        `the registry has no tool "${name}" of its own; add it with register()`,
      ])
    this.#tools.set(name, tool)
    return this
  }

  /** The tools by name. Calls `onHidden` with the names that a tool of a source could not have. */
  #toolsOfNow(onHidden?: (name: string) => void): ReadonlyMap<string, AnyTool> {
    if (this.sources.length === 0) return this.#tools
    const tools = new Map(this.#tools)
    for (const [index, source] of this.sources.entries())
      for (const tool of listOf(source, index))
        if (tools.has(tool.name)) onHidden?.(tool.name)
        else tools.set(tool.name, tool)
    return tools
  }

  /** The tool of this name. */
  get(name: string): AnyTool<Ports> | undefined {
    return this.#toolsOfNow().get(name)
  }

  /** All tools, in the order of registration, then those of sources; with `executionMode`, those that this mode may use. */
  list(options: { readonly executionMode?: string } = {}): readonly AnyTool<Ports>[] {
    checkOptions('list()', 'tools/illegal-option', options, { executionMode: EXECUTION_MODE })
    return [...this.#toolsOfNow().values()].filter(shownTo(options.executionMode))
  }

  /**
   * Reads the tool calls of a model: a list in the shape of any provider, or a message or response that has them. Never throws for
   * what the model sent: a call that cannot be made is `unresolved`, with the reason. Emits an event for each call, `tools.resolved`
   * or `tool.unresolved`.
   */
  async parseAndResolve(calls: unknown, options: ParseOptions = {}): Promise<ParsedCalls> {
    checkArgumentCount(arguments.length, 2, 'parseAndResolve(calls, options)', 'tools/illegal-option')
    checkCallOptions('parseAndResolve()', 'tools/illegal-option', options, PARSE)
    const readings = await this.#read(calls, options, shownTo(options.executionMode))
    if (readings.some(isCancelled)) options.signal?.throwIfAborted()
    return this.#report(readings, options)
  }

  /**
   * `parseAndResolve` for an executor, which runs the calls in the same execution mode. Without a mode, messages name no tool that
   * needs one. If the signal aborts, calls that are still checked are `unresolved`, with the reason `cancelled`.
   */
  async readToExecute(calls: unknown, options: ParseOptions = {}): Promise<ParsedCalls> {
    checkCallOptions('readToExecute()', 'tools/illegal-option', options, PARSE)
    return this.#report(await this.#read(calls, options, (tool) => mayUse(tool, options.executionMode)), options)
  }

  async #read(
    calls: unknown,
    { signal, timeoutMs, clock = systemClock }: ParseOptions,
    isShown: ParseRules['isShown'],
  ): Promise<readonly Reading[]> {
    const read = parseCalls(calls, this.#toolsOfNow(), { ...this.#rules, isShown })
    return read.some(isPending) ? settleReadings(read, { signal, timeoutMs, clock }) : (read as readonly Reading[])
  }

  /** Counts the calls, and emits their events. */
  #report(readings: readonly Reading[], { eventEmitter = this.eventEmitter }: ParseOptions): ParsedCalls {
    for (const { call, news } of readings) {
      if (news === undefined) continue
      if (call.status === 'resolved') this.#resolved++
      else this.#unresolved++
    }
    if (eventEmitter !== undefined) emitReadings(readings, eventEmitter, this.#onEmitterError)
    return parsedCalls(readings)
  }

  stats(): ToolRegistryStats {
    const hiddenTools: string[] = []
    this.#toolsOfNow((name) => hiddenTools.push(name))
    return Object.freeze({
      resolved: this.#resolved,
      unresolved: this.#unresolved,
      hiddenTools,
      emitterErrors: this.#emitterErrors,
      lastEmitterError: this.#lastEmitterError,
    })
  }
}

function checkTools(where: string, tools: unknown): void {
  const problemOf = (tool: unknown): readonly string[] => {
    if (isTool(tool)) return []
    return [
      Array.isArray(tool) && where === 'register()'
        ? 'pass tools one by one: register(...tools)'
        : `${show(tool)} is not a tool; make one with defineTool()`,
    ]
  }
  const problems = Array.isArray(tools)
    ? Array.from<unknown>(tools).flatMap(problemOf)
    : [`${show(tools)} is not an array of tools`]
  refuseOptions(where, 'tools/illegal-option', problems)
}

function checkSources(sources: readonly unknown[]): void {
  const problems = Array.from(sources, (source, index) =>
    typeof read(source, 'list') === 'function'
      ? []
      : [`sources[${index}] must be an object with list(), such as { list: () => tools }, not ${show(source)}`],
  )
  refuseOptions('new ToolRegistry()', 'tools/illegal-option', problems.flat())
}

/** The tools that a source has now. Throws `tools/source-failed` if it throws, and `tools/illegal-option` if it lists something else. */
function listOf(source: ToolSource<never>, index: number): readonly AnyTool[] {
  const where = `sources[${index}].list()`
  let tools: unknown
  try {
    tools = source.list()
  } catch (error) {
    // A registry is a source too: its message names the source that threw.
    if (StageflowError.is(error, 'tools/source-failed')) throw error
    throw new StageflowError(
      'tools/source-failed',
      `${where} of a ToolRegistry threw (${textOf(error)}). Keep the tools in memory, and return the last ones: { list: () => tools }.`,
      { cause: error },
    )
  }
  if (isThenable(tools)) {
    onRejection(tools, () => {})
    refuseOptions(where, 'tools/illegal-option', [
      'it must return an array of tools, not a promise; await the tools elsewhere, and return the last ones',
    ])
  }
  checkTools(where, tools)
  return tools as readonly AnyTool[]
}

const duplicateName = (name: string): StageflowError =>
  new StageflowError(
    'tools/duplicate-name',
    `The registry already has a tool "${name}". Rename one of them, or register only one.`,
  )

function parsedCalls(readings: readonly Reading[]): ParsedCalls {
  const calls = Object.freeze(readings.map(({ call }) => call))
  const resolved = Object.freeze(calls.filter((call) => call.status === 'resolved'))
  const unresolved = Object.freeze(calls.filter((call) => call.status === 'unresolved'))
  // Not enumerable, so that printing it or writing it as JSON shows each call once.
  return Object.freeze(Object.defineProperty({ resolved, unresolved, calls }, 'calls', { enumerable: false }))
}

const isCancelled = ({ call }: Reading): boolean => call.status === 'unresolved' && call.reason === 'cancelled'

const shownTo = (executionMode: string | undefined): ParseRules['isShown'] =>
  executionMode === undefined ? () => true : (tool) => mayUse(tool, executionMode)
