import { DEEPEST_CHILD, MOST_FIELDS } from '../base/bounds.ts'
import { didYouMean, isArray, isFunction, isName, isNot, isObject } from '../base/check.ts'
import { systemClock } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import { DueQueue } from '../base/due-queue.ts'
import { PipelineBuildError, StageflowError } from '../base/errors.ts'
import { bareRecord, freezers, printAs } from '../base/objects.ts'
import { CLOCK, SINK, classesOf, membersOf, oneOf, optionProblems } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { show } from '../base/show.ts'
import { coreProblem, neededCoreProblem } from '../base/needed-core.ts'
import { stageWrapper } from '../call/layers.ts'
import { openChild } from '../children/child-run.ts'
import type { StageInfo } from '../contract/graph-info.ts'
import type { EventSink } from '../contract/run-context.ts'
import type { Interceptor } from '../contract/interceptor.ts'
import type { EdgeCode } from '../graph/edge-code.ts'
import { readEdges, readNames, refuseCycles } from '../graph/edges.ts'
import { EDGE } from '../contract/edges.ts'
import { PORTS, RUN_OPTIONS } from '../graph/graph.ts'
import { joinPorts } from '../graph/ports.ts'
import type { BuiltGraph, StageNode } from '../graph/graph.ts'
import { PipelineDescription } from '../graph/info.ts'
import { createNode } from '../graph/nodes.ts'
import type { NodeBuild } from '../graph/nodes.ts'
import { isDescribed, specsOf } from '../graph/stage.ts'
import type { DescribedPipeline, Problem } from '../graph/stage.ts'
import { wrapRuns } from '../run/run-interceptors.ts'
import { createPlan, turned } from '../schedule/plan.ts'
import { builtGraphOf } from './stage-graph.ts'

/** The options of `build`, as given. */
interface GivenOptions {
  readonly ports?: Readonly<Record<string, unknown>>
  readonly interceptors?: readonly Interceptor[]
  readonly eventSink?: EventSink
  readonly clock?: Clock
  readonly freeze?: keyof typeof freezers
  readonly ignoreOptions?: true | readonly string[]
}

/** Builds a pipeline; throws one `PipelineBuildError` with every problem. `depth`: the number of pipelines around it. */
export function buildGraph(pipeline: DescribedPipeline, buildOptions: unknown, depth = 0): BuiltGraph {
  /** By message, because an interceptor may refuse a map and its items for the same reason. */
  const problems = new Map<string, StageflowError>()
  const problem: Problem = (code, message, cause) => {
    if (problems.has(message)) return
    problems.set(message, new StageflowError(code, message, cause === undefined ? undefined : { cause }))
  }
  const options = readOptions(buildOptions, problem)
  const interceptors = options.interceptors ?? []
  checkInterceptors(interceptors, problem)
  const given = specsOf(pipeline)
  if (given.length === 0)
    problem('core/no-stages', `Pipeline "${pipeline.name}" has no stages; add one with withStage(name, stage).`)
  const places = readNames(given, problem)
  // A stage without a legal name is checked too, under its place.
  const specs = given.map((spec, place) =>
    places.has(spec.name) ? spec : Object.assign({}, spec, { name: `#${place + 1}` }),
  )
  const edges = readEdges(specs, places, problem)
  const dependencies = edges.map(({ sources }) => sources)
  const dependents = turned(dependencies)
  refuseCycles(specs, dependencies, dependents, problem)

  const stages: StageInfo[] = []
  const interceptorNames = Object.freeze(interceptors.map(({ name }) => name))
  const info = new PipelineDescription(pipeline.name, stages, interceptorNames)
  const childOf = childGraphs(pipeline.name, options, depth + 1)
  const edgeCode = edges.flatMap(({ given }) => given).find((edge) => edge !== undefined)?.[EDGE] as
    | EdgeCode
    | undefined
  const claimed = new Set([
    ...(edgeCode?.options ?? []),
    ...interceptors.flatMap((one) => namesIn(one, 'stageOptions')),
  ])
  const { ignoreOptions } = options
  const freeze = freezers[options.freeze ?? 'deep']
  const names = specs.map(({ name }) => name)
  const watching = interceptors.filter(({ onRun, settled, replayed }) => (onRun ?? settled ?? replayed) !== undefined)
  const child: NodeBuild['child'] = (described, stage) => {
    try {
      return childOf(described)
    } catch (error) {
      // The problems of a child are problems of its parent.
      const inside = error instanceof PipelineBuildError ? error.problems : [error as StageflowError]
      for (const { code, message, cause } of inside) problem(code, `In stage "${stage}": ${message}`, cause)
      return undefined
    }
  }
  const build = { pipeline: info, specs, names, edges, dependents, freeze, problem, claimed, ignoreOptions, child }
  const bare = names.map((_, place) => createNode(build, place))
  for (const node of bare) stages.push(node.info)
  // Before the first stage is wrapped, because an interceptor may look at all of them.
  Object.freeze(stages)
  const wrap = stageWrapper(interceptors)
  const nodes = bare.map(({ need, items, ...node }): StageNode => ({
    ...node,
    ...wrap(node.info, problem),
    alone: need.late,
    uninterruptible: need.uninterruptible,
    items: items && { ...items, ...wrap(items.info, problem) },
  }))
  const needs = bare.map(({ need }) => need)
  const aroundRun = wrapRuns(interceptors, info, problem)
  const wiring = { specs, edges, nodes, needs }
  edgeCode?.check(wiring, problem)
  if (problems.size > 0) throw new PipelineBuildError(pipeline.name, [...problems.values()])

  const wired = edgeCode?.wire(wiring)
  const clock = options.clock ?? systemClock
  return Object.freeze({
    name: pipeline.name,
    info,
    nodes: wired?.nodes ?? nodes,
    names,
    inherits: depth > 0,
    freeze,
    origin: pipeline,
    plan: wired?.plan ?? createPlan(dependencies, needs, dependents),
    edges: wired,
    clock,
    dues: new DueQueue(clock),
    eventSink: options.eventSink,
    ports: joinPorts(undefined, options.ports),
    watching,
    admitting: interceptors.filter(({ admit }) => admit !== undefined),
    aroundRun,
    openChild,
    knownRunOptions: [...new Set([...RUN_OPTIONS, ...interceptors.flatMap((one) => namesIn(one, 'runOptions'))])],
    indexOf: (stage: string) => places.get(stage),
    childOf,
    blank: names.map(() => undefined),
    unset: Array.from({ length: 2 * names.length }, () => NaN),
    Data: dataClass(names.length),
  })
}

/**
 * Returns a function that gives the graph of a child. A pipeline is built once, with its parent's options. Throws if the child
 * isn't a pipeline or can't be built.
 */
function childGraphs(parent: string, options: GivenOptions, depth: number): (given: unknown) => BuiltGraph {
  const built = new WeakMap<object, BuiltGraph>()
  return (given) => {
    const ready = builtGraphOf(given)
    if (ready !== undefined) return ready
    if (!isDescribed(given))
      throw new StageflowError(
        'core/not-a-pipeline',
        isNot(`A child of "${parent}"`, 'a built graph or a Pipeline', given),
      )
    if (depth > DEEPEST_CHILD)
      throw new StageflowError(
        'core/child-depth',
        `Pipeline "${given.name}" is nested ${depth} deep; nest at most ${DEEPEST_CHILD}.`,
      )
    const graph = built.get(given) ?? buildGraph(given, options, depth)
    built.set(given, graph)
    return graph
  }
}

const RULES: OptionRules = {
  // A function isn't an interceptor either, but it has a problem of its own.
  interceptors: [
    (value) => isArray(value) && [...value].every((one) => isObject(one) || isFunction(one)),
    'an array of interceptors',
  ],
  clock: CLOCK,
  freeze: oneOf('deep', 'shallow'),
  ports: PORTS,
  eventSink: SINK,
  ignoreOptions: [(value) => value === true || isArray(value), 'true or an array of names'],
}

/** Reads the options of `build`. Reports illegal ones, and leaves them out. */
function readOptions(given: unknown = {}, problem: Problem): GivenOptions {
  for (const text of optionProblems(given, RULES)) problem('core/illegal-option', `build(): ${text}.`)
  const options = Object(given) as Readonly<Record<string, unknown>>
  // By name, since an instance of a class may inherit them.
  const legal: Record<string, unknown> & GivenOptions = {}
  for (const [name, [isLegal]] of Object.entries(RULES)) {
    const value = options[name]
    if (isLegal(value)) legal[name] = value
  }
  const unfit = legal.eventSink && neededCoreProblem('The event sink', legal.eventSink)
  if (unfit !== undefined) problem('core/plugin-version', unfit)
  return legal
}

/**
 * Makes the objects for `result.data`. Those of a small graph print readably; for a large one a dictionary is faster (decision 51).
 * Neither inherits from Object.prototype.
 */
function dataClass(count: number): new () => Record<string, unknown> {
  if (count > MOST_FIELDS) {
    return function Data() {
      return bareRecord()
    } as unknown as new () => Record<string, unknown>
  }
  function Data(): void {}
  Data.prototype = bareRecord()
  printAs(Data.prototype, (data) => ({ ...data }))
  return Data as unknown as new () => Record<string, unknown>
}

const HOOKS = ['settled', 'replayed', 'onCall', 'wrap', 'wrapRun', 'onRun', 'admit'] as const
const LISTS = ['stageOptions', 'runOptions', 'mustBeInside', 'mustBeOutside'] as const

const MEMBERS: OptionRules = Object.fromEntries([
  ...HOOKS.map((hook) => [hook, [isFunction, 'a function']]),
  ...LISTS.map((list) => [list, [isArray, 'an array of names']]),
])

/** Reads a list of names from an interceptor; empty if it is missing or isn't an array. */
function namesIn(interceptor: Interceptor, list: (typeof LISTS)[number]): readonly string[] {
  const names: unknown = interceptor[list]
  return isArray(names) ? (names as readonly string[]) : []
}

/** The names of an object's functions, including those of its class. Doesn't call getters. */
function functionsOf(object: object): readonly string[] {
  return membersOf([object, ...classesOf(object)]).flatMap(([name, { value }]) => (isFunction(value) ? [name] : []))
}

function checkHooks(one: Interceptor, problem: Problem): void {
  const { name } = one
  // A function is taken for a misspelled hook only if that hook is missing: `settle` may help `settled`.
  const missing = HOOKS.filter((hook) => one[hook] === undefined)
  let hasHook = missing.length < HOOKS.length
  for (const key of functionsOf(one)) {
    if (HOOKS.includes(key as never)) continue
    const mostMistakes = key.length > 6 ? 2 : 1
    const guess = didYouMean(key, missing, mostMistakes)
    if (guess === undefined) continue
    hasHook = true
    problem(
      'core/interceptor',
      `Interceptor "${name}" has a function "${key}", which is not a hook (${guess} hooks: ${HOOKS.join(', ')}); correct or rename it.`,
    )
  }
  if (!hasHook) problem('core/interceptor', `Interceptor "${name}" has no hook; add one: ${HOOKS.join(', ')}.`)
}

/** Checks the names, hooks and order of a list of interceptors. */
function checkInterceptors(interceptors: readonly Interceptor[], problem: Problem): void {
  const places = new Map<string, number>()
  interceptors.forEach((one, place) => {
    const { name } = one
    if (isFunction(one))
      return problem(
        'core/interceptor',
        `Interceptor ${place + 1} is a function. Call it: ${isName(name) ? name : 'create'}().`,
      )
    if (!isName(name))
      return problem(
        'core/interceptor',
        `The name of interceptor ${place + 1} must be a string such as 'cache', not ${show(name)}.`,
      )
    if (places.has(name)) problem('core/interceptor', `Two interceptors are named "${name}"; rename one.`)
    places.set(name, place)
    const what = `Interceptor "${name}"`
    for (const text of optionProblems(one, MEMBERS, '', 'any')) problem('core/interceptor', `${what}: ${text}.`)
    checkHooks(one, problem)
    const unfit = coreProblem(what, one.core)
    if (unfit !== undefined) problem('core/plugin-version', unfit)
  })
  interceptors.forEach((one, place) => checkOrder(one, place, places, problem))
}

/** An interceptor that isn't in the list has no place, so nothing must stand inside or outside it. */
function checkOrder(one: Interceptor, place: number, places: ReadonlyMap<string, number>, problem: Problem): void {
  const refuse = (where: string, other: string, move: string): void =>
    problem(
      'core/interceptor-order',
      `Interceptor "${one.name}" must stand ${where} "${other}"; move it ${move} "${other}".`,
    )
  for (const other of namesIn(one, 'mustBeInside')) {
    if ((places.get(other) as number) > place) refuse('inside', other, 'after')
  }
  for (const other of namesIn(one, 'mustBeOutside')) {
    if ((places.get(other) as number) < place) refuse('outside', other, 'before')
  }
}
