import { NoOpEventSink, StageflowError, systemClock } from '@stageflow/core'
import type {
  BuildOptions,
  Clock,
  ContextSnapshot,
  EventSink,
  Interceptor,
  Pipeline,
  PipelineResult,
  RunArguments,
  RunInput,
  RunOptions,
  StageGraph,
} from '@stageflow/core'
import {
  ANY,
  CLOCK,
  SINK,
  checkArgumentCount,
  checkedMethods,
  checkOptions,
  joinPorts,
  objectWith,
  plainOptions,
  read,
  show,
} from '@stageflow/core/kit'
import type { MethodRules, OptionRules } from '@stageflow/core/kit'
import { memoryStore } from '@stageflow/keyed-work'
import { pino } from 'pino'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'

import { closeParts } from './close-parts.ts'
import type { CloseOptions, CloseReport } from './close-parts.ts'
import { getDefaultInterceptors, isInterceptor } from './default-interceptors.ts'
import type { DefaultInterceptor, DefaultInterceptorsOptions } from './default-interceptors.ts'

export interface StageflowOptions<Given extends object = {}> {
  /** The whole list, outermost first, or options for the default list. Default: `getDefaultInterceptors()`. */
  readonly interceptors?: readonly Interceptor[] | DefaultInterceptorsOptions
  /** Receives the events of all runs. Default: the sink of the process (`setEventSink`), if there is one. */
  readonly eventSink?: EventSink
  /** Ports (injected dependencies) for the stages of every pipeline. Default: none. */
  readonly ports?: Given
  /** The clock of every run, of idempotency's in-memory store, and of `close`. Default: the system's. */
  readonly clock?: Clock
  /** The logger of the logging interceptor. Default: that of the interceptor in your list, otherwise pino to standard output. */
  readonly logger?: Logger
  /** The registry of the metrics interceptor. Default: that of the interceptor in your list, otherwise a new one, never prom-client's global one. */
  readonly registry?: Registry
}

/** The names of the app's ports that have another type than the pipeline needs. */
type Mismatches<Given, Needs> = {
  [Name in keyof Given & keyof Needs]: Given[Name] extends Needs[Name] ? never : Name
}[keyof Given & keyof Needs]
/** A pipeline that the app's ports fit. */
type Fitting<Given, Needs> = [Mismatches<Given, Needs>] extends [never]
  ? unknown
  : { readonly 'ports of another type': Mismatches<Given, Needs> }

/** An app: interceptors, ports, sink and clock that all its pipelines share. */
export interface Stageflow<Given extends object = {}> {
  /** Builds a pipeline with this app's interceptors, ports, sink and clock. An option given here wins. */
  build<Stages, Needs, const More extends Partial<Needs> = {}>(
    pipeline: Pipeline<Stages, Needs> & Fitting<Given, Needs>,
    options?: BuildOptions<More> | BuildOptions<Partial<Needs>>,
  ): StageGraph<Stages, Omit<Needs, keyof Given | keyof More>>
  /** Runs a pipeline like `graph.run`. Builds it the first time. Rejects with `defaults/no-auth` for a token that no interceptor verifies. */
  run<Stages, Needs>(
    pipeline: Pipeline<Stages, Needs> & Fitting<Given, Needs>,
    input?: RunInput | ContextSnapshot,
    ...options: RunArguments<Omit<Needs, keyof Given>>
  ): Promise<PipelineResult<Stages>>
  /** Outermost first. */
  readonly interceptors: readonly Interceptor[]
  /** The registry of the metrics interceptor: Prometheus scrapes `await registry.metrics()`. */
  readonly registry: Registry
  readonly logger: Logger
  /** The sink of the app. If none was given it is `NoOpEventSink`, and events go to the sink of the process (`setEventSink`). */
  readonly eventSink: EventSink
  /**
   * Flushes the event sink, then the logger: 5,000 ms at most, unless `timeoutMs` says otherwise. Never rejects because of them: the
   * report says what was lost. Closes neither, nor stores: close these afterwards, because you made them.
   */
  close(options?: CloseOptions): Promise<CloseReport>
}

const RULES: OptionRules<StageflowOptions> = {
  interceptors: [
    (given) => isObject(given) || Array.isArray(given),
    'an array, or an object with one key per interceptor',
  ],
  eventSink: SINK,
  ports: [isObject, 'an object'],
  clock: CLOCK,
  logger: objectWith('a pino logger', 'info', 'flush'),
  registry: ANY,
}
// Core checks the values.
const BUILD_RULES: OptionRules<BuildOptions<object>> = {
  interceptors: ANY,
  eventSink: ANY,
  ports: ANY,
  clock: ANY,
  freeze: ANY,
  ignoreOptions: ANY,
}

const METHODS: MethodRules<'build' | 'run' | 'close'> = {
  code: 'defaults/illegal-option',
  prefix: 'app.',
  calls: { build: [['pipeline', 'options']], run: [['pipeline', 'input', 'options']], close: [['options']] },
  synchronous: ['build'],
}

/**
 * Puts the parts of an app together, once: interceptors, sink, ports and clock for all its pipelines. Throws `defaults/illegal-option`,
 * and the errors of the interceptors.
 */
export function createStageflow<const Given extends object = {}>(
  options: StageflowOptions<Given> = {},
): Stageflow<Given> {
  checkArgumentCount(arguments.length, 1, 'createStageflow(options)', 'defaults/illegal-option')
  checkOptions('createStageflow()', 'defaults/illegal-option', options, RULES)
  const { ports, clock, eventSink } = options
  const interceptors = interceptorsOf(options)
  const logger = partOf('logger', 'logging', interceptors, options) ?? pino()
  const registry = partOf('registry', 'metrics', interceptors, options) ?? new Registry()
  const isVerifying = interceptors.some(({ runOptions }) => runOptions?.includes('token'))
  /** The options of every build. An undefined sink or clock must not hide a default. */
  const shared = {
    interceptors,
    ...(eventSink === undefined ? undefined : { eventSink }),
    ...(clock === undefined ? undefined : { clock }),
  }
  const build = (pipeline: AnyPipeline, more?: BuildOptions<object>): AnyGraph => {
    if (typeof read(pipeline, 'build') !== 'function') throw notAPipeline(pipeline)
    if (more !== undefined) checkOptions('build()', 'defaults/illegal-option', more, BUILD_RULES)
    const own = plainOptions<BuildOptions<object>>(more ?? {}, Object.keys(BUILD_RULES))
    return pipeline.build({ ...shared, ...own, ports: joinPorts(ports, own.ports) })
  }
  const graphs = new WeakMap<AnyPipeline, AnyGraph>()
  const graphOf = (pipeline: AnyPipeline): AnyGraph => {
    const known = graphs.get(pipeline)
    if (known !== undefined) return known
    const graph = build(pipeline)
    graphs.set(pipeline, graph)
    return graph
  }
  const methods = {
    build,
    run: async (pipeline: AnyPipeline, input?: unknown, given?: RunOptions) => {
      if (!isVerifying && given?.token !== undefined) throw unverified()
      return await graphOf(pipeline).run(input, given)
    },
    close: (given?: CloseOptions) => closeParts({ eventSink, logger, clock: clock ?? systemClock }, given),
  }
  const stageflow = {
    ...checkedMethods(methods, METHODS),
    interceptors,
    registry,
    logger,
    eventSink: eventSink ?? NoOpEventSink,
  }
  return stageflow as unknown as Stageflow<Given>
}

/** The types of a pipeline and its graph are checked where `Stageflow` is called. */
interface AnyPipeline {
  build(options: object): AnyGraph
}
interface AnyGraph {
  run(...run: unknown[]): Promise<unknown>
}

function interceptorsOf({
  interceptors = {},
  registry,
  clock,
  logger,
}: StageflowOptions): readonly DefaultInterceptor[] {
  if (isList(interceptors)) return interceptors
  const { metrics, logging, idempotency } = interceptors
  if (registry !== undefined && isOption(metrics, 'registry')) throw twice('registry', 'interceptors.metrics.registry')
  if (logger !== undefined && isOption(logging, 'logger')) throw twice('logger', 'interceptors.logging.logger')
  // The app's clock, registry and logger go to the interceptors that use them, unless those are replaced or left out.
  const options: { -readonly [Key in keyof DefaultInterceptorsOptions]: DefaultInterceptorsOptions[Key] } = {
    ...plainOptions(interceptors),
  }
  if (clock !== undefined && !isReplaced(idempotency))
    options.idempotency = { store: memoryStore({ clock }), ...(idempotency && plainOptions(idempotency)) }
  if (registry !== undefined && !isReplaced(metrics))
    options.metrics = { registry, ...(metrics && plainOptions(metrics)) }
  if (logger !== undefined && !isReplaced(logging)) options.logging = { logger, ...(logging && plainOptions(logging)) }
  return getDefaultInterceptors(options)
}

/** `Array.isArray` doesn't narrow a readonly array. */
const isList = (given: readonly Interceptor[] | DefaultInterceptorsOptions): given is readonly Interceptor[] =>
  Array.isArray(given)

function isReplaced<Options>(given: Options | Interceptor | false | undefined): given is Interceptor | false {
  // `getDefaultInterceptors` refuses a value that is neither.
  return given !== undefined && (!isObject(given) || isInterceptor(given))
}

function isOption(value: unknown, key: string): boolean {
  return !isReplaced(value) && isObject(value) && Object.hasOwn(value, key)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The logger or registry of the app: that of the interceptor which uses it, otherwise the option. */
function partOf<Part extends 'logger' | 'registry'>(
  part: Part,
  user: 'logging' | 'metrics',
  interceptors: readonly DefaultInterceptor[],
  options: Pick<DefaultInterceptor, Part>,
): DefaultInterceptor[Part] | undefined {
  const used = interceptors.find(({ name }) => name === user)?.[part]
  const given = options[part]
  if (used === undefined || given === undefined || used === given) return used ?? given
  throw new StageflowError(
    'defaults/illegal-option',
    `createStageflow(): the interceptor "${user}" has a ${part} of its own, and would not use the option ${part}. Pass it there instead: ${user}({ ${part} }), or getDefaultInterceptors({ ${user}: { ${part} } }).`,
  )
}

const twice = (here: string, there: string): StageflowError =>
  new StageflowError(
    'defaults/illegal-option',
    `createStageflow(): ${here} and ${there} are both given. Leave one of them out.`,
  )

const unverified = (): StageflowError =>
  new StageflowError(
    'defaults/no-auth',
    'A token was passed to app.run(), but no interceptor of this app verifies it. Configure auth: createStageflow({ interceptors: { auth: { verify } } }).',
  )

const notAPipeline = (given: unknown): StageflowError =>
  new StageflowError(
    'defaults/illegal-option',
    `app.build() and app.run() take a Pipeline, not ${show(given)}. To run a graph that is built already, call graph.run(input).`,
  )
