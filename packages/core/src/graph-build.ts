import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { checkInterceptors, namesIn, wrapRuns, wrapStage } from './compose.ts'
import type { Problem } from './compose.ts'
import type { RunContext, StageInfo } from './context.ts'
import { PipelineBuildError, StageflowError, quote } from './errors.ts'
import { checkSink } from './events.ts'
import type { EventSink } from './events.ts'
import { callStage, interceptorThrew } from './execute.ts'
import { readEdges, readNames, refuseCycles } from './graph-edges.ts'
import { createNode } from './graph-nodes.ts'
import type { BareNode } from './graph-nodes.ts'
import type { BuiltGraph } from './graph.ts'
import type { Interceptor, RunPipeline } from './interceptor.ts'
import type { StageNode } from './node.ts'
import { isOutcomeOf } from './outcome.ts'
import { freezers } from './output.ts'
import type { RunOutcome } from './report-types.ts'
import { printAs } from './print.ts'
import { createPlan } from './plan.ts'
import type { Need } from './plan.ts'
import { builtGraphOf } from './public-graph.ts'
import { runBehind } from './run-face.ts'
import { RUN_OPTIONS } from './run-options.ts'
import type { Run } from './run.ts'
import { SPECS, StageSpec, isDescribed } from './spec.ts'
import type { DescribedPipeline } from './spec.ts'

/** The options of `build`, as they come from outside. */
interface GivenOptions {
  readonly ports?: Readonly<Record<string, unknown>>
  readonly interceptors?: readonly Interceptor[]
  readonly eventSink?: EventSink
  readonly clock?: Clock
  readonly freeze?: unknown
  readonly ignoreOptions?: true | readonly string[]
}

/** Builds a pipeline; throws one `PipelineBuildError` with every problem. `inherits`: it is a child, built with its parent's options. */
export function buildGraph(pipeline: DescribedPipeline, given: unknown, inherits = false): BuiltGraph {
  const problems: StageflowError[] = []
  const problem: Problem = (code, message, cause) => {
    problems.push(new StageflowError(code, message, cause === undefined ? undefined : { cause }))
  }
  const options = readOptions(given, problem)
  const interceptors = options.interceptors ?? []
  checkInterceptors(interceptors, problem)
  const places = readNames(pipeline[SPECS], problem)
  // A stage without a legal name is checked all the same, as the one in its place.
  const specs = pipeline[SPECS].map((spec, place) => (places.has(spec.name) ? spec : new StageSpec({ ...spec, name: `#${place + 1}` })))
  const dependencies = readEdges(specs, places, problem)
  const acyclic = refuseCycles(specs, dependencies, problem)
  const dependents: number[][] = specs.map(() => [])
  dependencies.forEach((sources, place) => sources.forEach((source) => dependents[source]?.push(place)))

  const stages: StageInfo[] = []
  const info = Object.freeze({ name: pipeline.name, stages, interceptors: Object.freeze(interceptors.map(({ name }) => name)) })
  const children = new ChildGraphs(pipeline.name, options)
  const claimed = new Set<string>(interceptors.flatMap((one) => namesIn(one, 'stageOptions')))
  const { ignoreOptions } = options
  const claims = (option: string): boolean => claimed.has(option) || ignoreOptions === true || ignoreOptions?.includes(option) === true
  const freeze = options.freeze === 'shallow' ? freezers.shallow : freezers.deep
  const needs: Need[] = []
  const bare: BareNode[] = specs.map((spec, place) => {
    const child = (one: unknown): BuiltGraph | undefined => children.read(one, spec.name, problem)
    const { node, need } = createNode({ specs, dependencies, pipeline: info, freeze, problem, claims, child }, place, dependents[place] as number[])
    stages.push(node.info)
    needs.push(need)
    return node
  })
  Object.freeze(stages)
  const nodes = bare.map((node): StageNode => {
    const wrapped = wrapStage(interceptors, callStage, node.info, interceptorThrew, problem)
    return { ...node, wrapped: wrapped === callStage ? undefined : wrapped }
  })
  const aroundRun = wrapRuns(interceptors, beginRun, info, isOutcome, problem)
  if (problems.length > 0 || !acyclic) throw new PipelineBuildError(pipeline.name, problems)

  const names = specs.map(({ name }) => name)
  return Object.freeze({
    name: pipeline.name, info, nodes, names, inherits, freeze,
    origin: pipeline,
    plan: createPlan(dependencies, needs),
    clock: options.clock ?? systemClock,
    eventSink: options.eventSink,
    ports: Object.freeze({ ...options.ports }),
    observers: interceptors.filter(({ settled }) => settled !== undefined),
    aroundRun: aroundRun === beginRun ? undefined : aroundRun,
    runOptions: new Set([...RUN_OPTIONS, ...interceptors.flatMap((one) => namesIn(one, 'runOptions'))]),
    indexOf: (stage: string) => places.get(stage),
    childOf: (one: unknown) => children.get(one),
    blank: Array.from(names, () => undefined),
    unset: Array.from({ length: 2 * names.length }, () => NaN),
    Data: dataClass(names.length),
  })
}

const beginRun: RunPipeline = (face) => (runBehind(face) as Run).begin(face) as unknown as Promise<RunOutcome>
const isOutcome = (value: unknown, face: RunContext): value is RunOutcome => isOutcomeOf(value, runBehind(face))

/** The pipelines that stages run as children: each is built once, with the options of the graph that it is a child of. */
class ChildGraphs {
  readonly #built = new Map<unknown, BuiltGraph>()
  readonly #parent: string
  readonly #options: GivenOptions

  constructor(parent: string, options: GivenOptions) {
    this.#parent = parent
    this.#options = options
  }

  /** The graph of a child; throws where it is none, or cannot be built. */
  get(given: unknown): BuiltGraph {
    const known = builtGraphOf(given) ?? this.#built.get(given)
    if (known !== undefined) return known
    if (!isDescribed(given)) throw new StageflowError('core/not-a-pipeline', `A child of "${this.#parent}" is ${quote(given)}; it must be a Pipeline or a built graph of the same copy of @stageflow/core.`)
    const graph = buildGraph(given, this.#options, true)
    this.#built.set(given, graph)
    return graph
  }

  /** As `get`, while the parent is built: the problems of the child are problems of the parent. */
  read(given: unknown, stage: string, problem: Problem): BuiltGraph | undefined {
    try {
      return this.get(given)
    } catch (error) {
      const all = error instanceof PipelineBuildError ? error.problems : [error as StageflowError]
      for (const one of all) problem(one.code, `In stage "${stage}": ${one.message}`, one.cause)
      return undefined
    }
  }
}

const isClock = (clock: Partial<Clock> | null): boolean => typeof clock?.now === 'function' && typeof clock.sleep === 'function' && typeof clock.setTimeout === 'function'

function readOptions(given: unknown, problem: Problem): GivenOptions {
  if (given === undefined) return {}
  const refuse = (option: string, value: unknown, must: string): void => problem('core/illegal-option', `build() was given ${option} ${quote(value)}; it must be ${must}.`)
  if (typeof given !== 'object' || given === null) {
    refuse('options', given, 'an object such as { interceptors: [] }')
    return {}
  }
  const options = given as GivenOptions
  const { interceptors, clock, freeze, ports, eventSink, ignoreOptions } = options
  const listed = interceptors === undefined || (Array.isArray(interceptors) && interceptors.every((one) => typeof one === 'object' && one !== null))
  if (!listed) refuse('interceptors', interceptors, 'an array of interceptors')
  if (clock !== undefined && !isClock(clock)) refuse('clock', clock, 'a clock with now, sleep and setTimeout')
  if (freeze !== undefined && freeze !== 'deep' && freeze !== 'shallow') refuse('freeze', freeze, "'deep' or 'shallow'")
  if (ports !== undefined && (typeof ports !== 'object' || ports === null)) refuse('ports', ports, 'an object of ports')
  if (ignoreOptions !== undefined && ignoreOptions !== true && !Array.isArray(ignoreOptions)) refuse('ignoreOptions', ignoreOptions, 'true or an array of option names')
  if (eventSink !== undefined) {
    try {
      checkSink(eventSink, 'build()')
    } catch (error) {
      problem('core/sink', (error as StageflowError).message)
    }
  }
  return listed ? options : { ...options, interceptors: [] }
}

/** A small graph gets a hidden class of its own for `result.data`, a large one a dictionary. Neither has a prototype's names. */
const MOST_FIELDS = 64
function dataClass(count: number): new () => Record<string, unknown> {
  if (count > MOST_FIELDS) {
    return function Data() {
      return Object.create(null) as object
    } as unknown as new () => Record<string, unknown>
  }
  class Data {}
  printAs(Data.prototype, (data) => ({ ...data }))
  Object.setPrototypeOf(Data.prototype, null)
  Reflect.deleteProperty(Data.prototype, 'constructor')
  return Data as new () => Record<string, unknown>
}
