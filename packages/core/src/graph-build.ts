import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { checkedRun, wrapRuns, wrapStage } from './compose.ts'
import type { Problem } from './compose.ts'
import type { StageInfo } from './context.ts'
import { fromOtherCopy } from './copies.ts'
import { PipelineBuildError, StageflowError, quote } from './errors.ts'
import { SINK } from './events.ts'
import type { EventSink } from './events.ts'
import { callStage, interceptorThrew } from './execute.ts'
import { readEdges, readNames, refuseCycles } from './graph-edges.ts'
import { createNode } from './graph-nodes.ts'
import type { NodeBuild } from './graph-nodes.ts'
import type { BuiltGraph } from './graph.ts'
import { checkInterceptors, namesIn } from './interceptor-check.ts'
import type { Interceptor, RunPipeline } from './interceptor.ts'
import { DEEPEST_CHILD, MOST_FIELDS } from './limits.ts'
import { didYouMean } from './nearest.ts'
import type { StageNode } from './node.ts'
import { freezers } from './output.ts'
import { createPlan, turned } from './plan.ts'
import { printAs } from './print.ts'
import { builtGraphOf } from './public-graph.ts'
import type { RunOutcome } from './report-types.ts'
import { checkRules, isArray, isFunction, isObject, oneOf } from './rules.ts'
import type { Rules } from './rules.ts'
import { runBehind } from './run-face.ts'
import { PORTS, RUN_OPTIONS } from './run-options.ts'
import type { Run } from './run.ts'
import { SPECS, isDescribed } from './spec.ts'
import type { DescribedPipeline } from './spec.ts'

/** The options of `build`, as they come from outside. */
interface GivenOptions {
  readonly ports?: Readonly<Record<string, unknown>>
  readonly interceptors?: readonly Interceptor[]
  readonly eventSink?: EventSink
  readonly clock?: Clock
  readonly freeze?: keyof typeof freezers
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
  const specs = pipeline[SPECS].map((spec, place) =>
    places.has(spec.name) ? spec : Object.assign({}, spec, { name: `#${place + 1}` }),
  )
  const edges = readEdges(specs, places, problem)
  const dependencies = edges.map((one) => one.sources)
  const dependents = turned(dependencies)
  refuseCycles(specs, dependencies, dependents, problem)

  const stages: StageInfo[] = []
  const info = Object.freeze({
    name: pipeline.name,
    stages,
    interceptors: Object.freeze(interceptors.map(({ name }) => name)),
  })
  const childOf = childGraphs(pipeline.name, options, depth + 1)
  const claimed = new Set<string>(interceptors.flatMap((one) => namesIn(one, 'stageOptions')))
  const { ignoreOptions } = options
  const freeze = freezers[options.freeze ?? 'deep']
  const names = specs.map(({ name }) => name)
  const watching = interceptors.filter(({ onRun, settled }) => (onRun ?? settled) !== undefined)
  // The problems of a child are problems of its parent.
  const child: NodeBuild['child'] = (described, stage) => {
    try {
      return childOf(described)
    } catch (error) {
      const all = error instanceof PipelineBuildError ? error.problems : [error as StageflowError]
      for (const one of all) problem(one.code, `In stage "${stage}": ${one.message}`, one.cause)
      return undefined
    }
  }
  const build = { pipeline: info, specs, names, edges, dependents, freeze, problem, claimed, ignoreOptions, child }
  const bare = names.map((_, place) => {
    const node = createNode(build, place)
    stages.push(node.info)
    return node
  })
  Object.freeze(stages)
  let firstCall = 0
  const nodes = bare.map((node): StageNode => {
    const around = wrapStage(interceptors, callStage, node.info, interceptorThrew, problem)
    const { length } = around.layers
    firstCall += length
    return { ...node, ...around, alone: node.late, firstCall: firstCall - length }
  })
  const aroundRun = wrapRuns(interceptors, beginRun, info, problem)
  if (problems.length > 0) throw new PipelineBuildError(pipeline.name, problems)

  return Object.freeze({
    name: pipeline.name,
    info,
    nodes,
    names,
    inherits: depth > 0,
    freeze,
    origin: pipeline,
    plan: createPlan(dependencies, bare, dependents),
    clock: options.clock ?? systemClock,
    eventSink: options.eventSink,
    ports: Object.freeze({ ...options.ports }),
    watching,
    blankParts: watching.map(() => undefined),
    aroundRun: aroundRun === beginRun ? undefined : aroundRun,
    runOptions: new Set([...RUN_OPTIONS, ...interceptors.flatMap((one) => namesIn(one, 'runOptions'))]),
    indexOf: (stage: string) => places.get(stage),
    childOf,
    blank: names.map(() => undefined),
    blankCalls: Array.from<undefined>({ length: firstCall }),
    unset: Array.from({ length: 2 * names.length }, () => NaN),
    Data: dataClass(names.length),
  })
}

const beginRun: RunPipeline = (face) =>
  checkedRun((runBehind(face) as Run).begin(face) as unknown as Promise<RunOutcome>)

/** Gives the graphs of pipelines that stages run as children: each is built once, with the options of the graph that it is a child of. It throws where one is none, or cannot be built. */
function childGraphs(parent: string, options: GivenOptions, depth: number): (given: unknown) => BuiltGraph {
  const built = new WeakMap<object, BuiltGraph>()
  return (given) => {
    const graph = builtGraphOf(given)
    if (graph !== undefined) return graph
    if (!isDescribed(given)) {
      const copy = fromOtherCopy(given)
      const wrong =
        copy === undefined ? `is ${quote(given)}; it must be a built graph or a Pipeline.` : `cannot be run. ${copy}`
      throw new StageflowError('core/not-a-pipeline', `A child of "${parent}" ${wrong}`)
    }
    if (depth > DEEPEST_CHILD)
      throw new StageflowError(
        'core/child-depth',
        `Pipeline "${given.name}" lies ${depth} deep inside others; ${DEEPEST_CHILD} is the most.`,
      )
    const made = built.get(given) ?? buildGraph(given, options, depth)
    built.set(given, made)
    return made
  }
}

const RULES: Rules = {
  interceptors: [(value) => isArray(value) && [...value].every(isObject), 'an array of interceptors'],
  clock: [
    (value) => isObject(value) && ['now', 'sleep', 'setTimeout'].every((key) => isFunction(value[key])),
    'a clock with now, sleep and setTimeout',
  ],
  freeze: oneOf('deep', 'shallow'),
  ports: PORTS,
  eventSink: SINK,
  ignoreOptions: [(value) => value === true || isArray(value), 'true or an array of names'],
}

/** The options of `build`; what is wrong is reported and left out. */
function readOptions(given: unknown, problem: Problem): GivenOptions {
  if (given !== undefined && !isObject(given))
    problem(
      'core/illegal-option',
      `build() was given ${quote(given)}; it must be an object such as { interceptors: [] }.`,
    )
  if (!isObject(given)) return {}
  const options = { ...given }
  checkRules(given, RULES, (key, why) => {
    problem('core/illegal-option', `build() was given ${key} ${why}.`)
    delete options[key]
  })
  for (const key of Object.keys(options)) {
    if (options[key] === undefined || Object.hasOwn(RULES, key)) continue
    const known = Object.keys(RULES)
    problem(
      'core/illegal-option',
      `build() has no option ${quote(key)}.${didYouMean(key, known) ?? ` It knows: ${known.join(', ')}.`}`,
    )
    delete options[key]
  }
  return options
}

/** A small graph gets a hidden class of its own for `result.data`, a large one a dictionary. Neither has a prototype's names. */
function dataClass(count: number): new () => Record<string, unknown> {
  if (count > MOST_FIELDS) {
    return function Data() {
      return Object.create(null) as object
    } as unknown as new () => Record<string, unknown>
  }
  function Data(): void {}
  Data.prototype = Object.create(null) as object
  printAs(Data.prototype, (data) => ({ ...data }))
  return Data as unknown as new () => Record<string, unknown>
}
