import { NoOpEventSink, StageflowError } from '@stageflow/core'
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
  StageGraph,
} from '@stageflow/core'
import { memoryStore } from '@stageflow/interceptor-idempotency'
import { LoggingEventSink } from '@stageflow/sink-logging'
import { pino } from 'pino'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'

import { getDefaultInterceptors, isInterceptor } from './default-interceptors.ts'
import type { DefaultInterceptorsOptions } from './default-interceptors.ts'

export interface StageflowOptions<Given extends object = {}> {
  /** The whole list, outermost first, or what differs from the default one. Default: `getDefaultInterceptors()`. */
  readonly interceptors?: readonly Interceptor[] | DefaultInterceptorsOptions
  /** Where events go. Default: the logger where the logging interceptor is left out, else the sink of the process (`setEventSink`), so that nothing is logged twice. */
  readonly eventSink?: EventSink
  /** Collaborators for the stages of every pipeline that is built. */
  readonly ports?: Given
  /** Of every run, and of the store in memory that idempotency has by default. Default: the system's. */
  readonly clock?: Clock
  /** Of the logging interceptor, or of the sink in its place. Default: pino to standard output. */
  readonly logger?: Logger
  /** Of the metrics interceptor. Default: a new one, never prom-client's global one. */
  readonly registry?: Registry
}

/** What the app's ports are that the pipeline needs as something else. */
type Misfits<Given, Needs> = {
  [Name in keyof Given & keyof Needs]: Given[Name] extends Needs[Name] ? never : Name
}[keyof Given & keyof Needs]
/** A pipeline that the app's ports fit. */
type Fitting<Given, Needs> = [Misfits<Given, Needs>] extends [never]
  ? unknown
  : { readonly 'ports of another type': Misfits<Given, Needs> }

/** The parts of an app, put together once. */
export interface Stageflow<Given extends object = {}> {
  /** As `pipeline.build`, with this app's interceptors, ports, sink and clock; what `options` has wins. */
  build<Stages, Needs, const More extends Partial<Needs> = {}>(
    pipeline: Pipeline<Stages, Needs> & Fitting<Given, Needs>,
    options?: BuildOptions<More> & { readonly ports?: Partial<Needs> },
  ): StageGraph<Stages, Omit<Needs, keyof Given | keyof More>>
  /** Builds the pipeline, the first time, and runs it: as `graph.run`. */
  run<Stages, Needs>(
    pipeline: Pipeline<Stages, Needs> & Fitting<Given, Needs>,
    input?: RunInput | ContextSnapshot,
    ...options: RunArguments<Omit<Needs, keyof Given>>
  ): Promise<PipelineResult<Stages>>
  /** Outermost first. */
  readonly interceptors: readonly Interceptor[]
  /** What the metrics interceptor writes to: `await registry.metrics()` is what Prometheus scrapes. */
  readonly registry: Registry
  readonly logger: Logger
  /** Where events go. Where it is core's `NoOpEventSink`, the sink of the process counts (`setEventSink`), if there is one. */
  readonly eventSink: EventSink
  /** Waits until the sink and the logger have written what they were given. What the app made, such as a store's connection, it closes itself. */
  close(): Promise<void>
}

const KEYS: readonly string[] = ['interceptors', 'eventSink', 'ports', 'clock', 'logger', 'registry']

/** Puts an app's parts together, once: interceptors, sink, ports and clock for every pipeline it builds. Errors: `defaults/illegal-option`, and those of the interceptors. */
export function createStageflow<const Given extends object = {}>(
  options: StageflowOptions<Given> = {},
): Stageflow<Given> {
  checkKeys(options)
  const { ports, clock } = options
  const logger = options.logger ?? ownLogger(options) ?? pino()
  const interceptors = interceptorsOf(options, logger)
  const isLogged = interceptors.some(({ name }) => name === 'logging')
  const ownSink = options.eventSink === undefined && !isLogged ? new LoggingEventSink({ logger }) : undefined
  // Neither: the sink of the process, if one is set.
  const eventSink = options.eventSink ?? ownSink
  const shared = {
    interceptors,
    ...(eventSink === undefined ? undefined : { eventSink }),
    ...(clock === undefined ? undefined : { clock }),
  }
  const build = (pipeline: AnyPipeline, more?: BuildOptions<object>): AnyGraph =>
    pipeline.build({ ...shared, ...more, ports: { ...ports, ...more?.ports } })
  const graphs = new WeakMap<AnyPipeline, AnyGraph>()
  const graphOf = (pipeline: AnyPipeline): AnyGraph => {
    let graph = graphs.get(pipeline)
    if (graph === undefined) graphs.set(pipeline, (graph = build(pipeline)))
    return graph
  }
  const stageflow = {
    build,
    run: async (pipeline: AnyPipeline, ...run: unknown[]) => await graphOf(pipeline).run(...run),
    interceptors,
    registry: registryOf(interceptors) ?? options.registry ?? new Registry(),
    logger,
    eventSink: eventSink ?? NoOpEventSink,
    close: async () => {
      try {
        await (ownSink === undefined ? options.eventSink?.flush?.() : ownSink.close())
      } finally {
        await flushed(logger)
      }
    },
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

function interceptorsOf(
  { interceptors = {}, registry, clock, logger: given }: StageflowOptions,
  logger: Logger,
): readonly Interceptor[] {
  if (Array.isArray(interceptors)) return interceptors as readonly Interceptor[]
  if (!isObject(interceptors))
    throw illegal(`interceptors must be a list, or an object with one key an interceptor, not ${String(interceptors)}`)
  const { metrics, logging, idempotency } = interceptors as DefaultInterceptorsOptions
  if (registry !== undefined && hasOwn(metrics, 'registry')) throw twice('registry', 'interceptors.metrics.registry')
  if (given !== undefined && hasOwn(logging, 'logger')) throw twice('logger', 'interceptors.logging.logger')
  const options: { -readonly [Key in keyof DefaultInterceptorsOptions]: DefaultInterceptorsOptions[Key] } = {
    ...(interceptors as DefaultInterceptorsOptions),
  }
  if (clock !== undefined && !isReplaced(idempotency))
    options.idempotency = { store: memoryStore({ clock }), ...idempotency }
  if (registry !== undefined && !isReplaced(metrics)) options.metrics = { registry, ...metrics }
  if (!isReplaced(logging)) options.logging = { logger, ...logging }
  return getDefaultInterceptors(options)
}

/** The logger that the logging interceptor is given among its own options. */
function ownLogger({ interceptors }: StageflowOptions): Logger | undefined {
  const { logging } = (Array.isArray(interceptors) ? {} : (interceptors ?? {})) as DefaultInterceptorsOptions
  return logging === undefined || isReplaced(logging) ? undefined : logging.logger
}

function isReplaced<Options>(given: Options | Interceptor | false | undefined): given is Interceptor | false {
  // What is neither is refused by whoever knows the options.
  return given !== undefined && (!isObject(given) || isInterceptor(given))
}

function hasOwn(value: unknown, key: string): boolean {
  return isObject(value) && Object.hasOwn(value, key)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function registryOf(interceptors: readonly Interceptor[]): Registry | undefined {
  const found = interceptors.find(({ name }) => name === 'metrics') as { readonly registry?: Registry } | undefined
  return found?.registry
}

function flushed(logger: Logger): Promise<void> {
  return new Promise((resolve, reject) => {
    logger.flush((error) => (error ? reject(error) : resolve()))
  })
}

function checkKeys(options: unknown): void {
  if (!isObject(options))
    throw illegal(
      `it takes an object of options, not ${Array.isArray(options) ? 'a list; pass { interceptors: […] }' : String(options)}`,
    )
  const unknown = Object.keys(options).filter((key) => !KEYS.includes(key))
  if (unknown.length > 0)
    throw illegal(`${unknown.map((key) => `"${key}"`).join(', ')} is none of its options: ${KEYS.join(', ')}`)
}

const twice = (here: string, there: string): StageflowError =>
  illegal(`${here} and ${there} are both given; leave one out`)

function illegal(problem: string): StageflowError {
  return new StageflowError('defaults/illegal-option', `createStageflow(): ${problem}.`)
}
