import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { checkedRun, wrapRuns, wrapStage } from './compose.ts'
import type { Problem } from './compose.ts'
import type { StageInfo } from './context.ts'
import { PipelineBuildError, StageflowError, quote } from './errors.ts'
import { isSink } from './events.ts'
import type { EventSink } from './events.ts'
import { callStage, interceptorThrew } from './execute.ts'
import { readEdges, readNames, refuseCycles } from './graph-edges.ts'
import { createNode } from './graph-nodes.ts'
import type { BareNode } from './graph-nodes.ts'
import { DEEPEST_CHILD } from './graph.ts'
import type { BuiltGraph } from './graph.ts'
import { checkInterceptors, namesIn } from './interceptor-check.ts'
import type { Interceptor, RunPipeline } from './interceptor.ts'
import type { StageNode } from './node.ts'
import { freezers } from './output.ts'
import type { RunOutcome } from './report-types.ts'
import { printAs } from './print.ts'
import { createPlan } from './plan.ts'
import type { Need } from './plan.ts'
import { builtGraphOf } from './public-graph.ts'
import { runBehind } from './run-face.ts'
import { checkRules, isArray, isFunction, isObject, isOneOf } from './rules.ts'
import type { Rules } from './rules.ts'
import { RUN_OPTIONS } from './run-options.ts'
import type { Run } from './run.ts'
import { SPECS, isDescribed, renamed } from './spec.ts'
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

/** Builds a pipeline; throws one `PipelineBuildError` with every problem. `depth`: how many pipelines it is a child inside of. */
export function buildGraph(pipeline: DescribedPipeline, given: unknown, depth = 0): BuiltGraph {
  const problems: StageflowError[] = []
  const problem: Problem = (code, message, cause) => {
    problems.push(new StageflowError(code, message, cause === undefined ? undefined : { cause }))
  }
  const options = readOptions(given, problem)
  const interceptors = options.interceptors ?? []
  checkInterceptors(interceptors, problem)
  const places = readNames(pipeline[SPECS], problem)
  // A stage without a legal name is checked all the same, as the one in its place.
  const specs = pipeline[SPECS].map((spec, place) => (places.has(spec.name) ? spec : renamed(spec, `#${place + 1}`)))
  const edges = readEdges(specs, places, problem)
  const dependencies = edges.map(({ sources }) => sources)
  const acyclic = refuseCycles(specs, dependencies, problem)
  const dependents: number[][] = specs.map(() => [])
  dependencies.forEach((sources, place) => sources.forEach((source) => dependents[source]?.push(place)))

  const stages: StageInfo[] = []
  const info = Object.freeze({
    name: pipeline.name,
    stages,
    interceptors: Object.freeze(interceptors.map(({ name }) => name)),
  })
  const children = new ChildGraphs(pipeline.name, options, depth + 1)
  const claimed = new Set<string>(interceptors.flatMap((one) => namesIn(one, 'stageOptions')))
  const { ignoreOptions } = options
  const claims = (option: string): boolean =>
    claimed.has(option) || ignoreOptions === true || ignoreOptions?.includes(option) === true
  const freeze = options.freeze === 'shallow' ? freezers.shallow : freezers.deep
  const needs: Need[] = []
  const bare: BareNode[] = specs.map((spec, place) => {
    const child = (one: unknown): BuiltGraph | undefined => children.read(one, spec.name, problem)
    const { node, need } = createNode(
      { specs, edges, pipeline: info, freeze, problem, claims, child },
      place,
      dependents[place] as number[],
    )
    stages.push(node.info)
    needs.push(need)
    return node
  })
  Object.freeze(stages)
  const nodes = bare.map((node): StageNode => {
    const wrapped = wrapStage(interceptors, callStage, node.info, interceptorThrew, problem)
    return { ...node, wrapped: wrapped === callStage ? undefined : wrapped }
  })
  const aroundRun = wrapRuns(interceptors, beginRun, info, problem)
  if (problems.length > 0 || !acyclic) throw new PipelineBuildError(pipeline.name, problems)

  const names = specs.map(({ name }) => name)
  return Object.freeze({
    name: pipeline.name,
    info,
    nodes,
    names,
    inherits: depth > 0,
    freeze,
    origin: pipeline,
    plan: createPlan(dependencies, needs),
    clock: options.clock ?? systemClock,
    eventSink: options.eventSink,
    ports: Object.freeze({ ...options.ports }),
    observers: interceptors.filter(({ settled }) => settled !== undefined),
    runObservers: interceptors.filter(({ runStarted, runSettled }) => (runStarted ?? runSettled) !== undefined),
    aroundRun: aroundRun === beginRun ? undefined : aroundRun,
    runOptions: new Set([...RUN_OPTIONS, ...interceptors.flatMap((one) => namesIn(one, 'runOptions'))]),
    indexOf: (stage: string) => places.get(stage),
    childOf: (one: unknown) => children.get(one),
    blank: Array.from(names, () => undefined),
    unset: Array.from({ length: 2 * names.length }, () => NaN),
    Data: dataClass(names.length),
  })
}

const beginRun: RunPipeline = (face) =>
  checkedRun((runBehind(face) as Run).begin(face) as unknown as Promise<RunOutcome>)

/** The pipelines that stages run as children: each is built once, with the options of the graph that it is a child of. */
class ChildGraphs {
  readonly #built = new WeakMap<object, BuiltGraph>()
  readonly #parent: string
  readonly #options: GivenOptions
  readonly #depth: number

  constructor(parent: string, options: GivenOptions, depth: number) {
    this.#parent = parent
    this.#options = options
    this.#depth = depth
  }

  /** The graph of a child; throws where it is none, or cannot be built. */
  get(given: unknown): BuiltGraph {
    const built = builtGraphOf(given)
    if (built !== undefined) return built
    if (!isDescribed(given))
      throw new StageflowError(
        'core/not-a-pipeline',
        `A child of "${this.#parent}" is ${quote(given)}; it must be a Pipeline or a built graph of the same copy of @stageflow/core.`,
      )
    if (this.#depth > DEEPEST_CHILD)
      throw new StageflowError(
        'core/child-depth',
        `Pipeline "${given.name}" lies ${this.#depth} deep inside others; runs may lie at most ${DEEPEST_CHILD} deep inside one another.`,
      )
    const graph = this.#built.get(given) ?? buildGraph(given, this.#options, this.#depth)
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

const RULES: Rules = {
  interceptors: [(value) => isArray(value) && value.every(isObject), 'an array of interceptors'],
  clock: [
    (value) => isObject(value) && ['now', 'sleep', 'setTimeout'].every((key) => isFunction(value[key])),
    'a clock with now, sleep and setTimeout',
  ],
  freeze: [isOneOf('deep', 'shallow'), "'deep' or 'shallow'"],
  ports: [isObject, 'an object of ports'],
  eventSink: [isSink, 'an event sink, with emit(event) and tryEmit(event)'],
  ignoreOptions: [(value) => value === true || isArray(value), 'true or an array of names of options'],
}

/** The options of `build`; what is wrong is reported and left out. */
function readOptions(given: unknown, problem: Problem): GivenOptions {
  if (given === undefined) return {}
  if (!isObject(given)) {
    problem(
      'core/illegal-option',
      `build() was given ${quote(given)}; it takes an object such as { interceptors: [] }.`,
    )
    return {}
  }
  const options = { ...given }
  checkRules(given, RULES, (key, why) => {
    problem('core/illegal-option', `build() was given ${key} ${why}.`)
    delete options[key]
  })
  return options
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
  printAs(Data.prototype, (data) => Object.assign({}, data))
  Object.setPrototypeOf(Data.prototype, null)
  Reflect.deleteProperty(Data.prototype, 'constructor')
  return Data as new () => Record<string, unknown>
}
