import { isNot } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { freezeDeep } from '../base/objects.ts'
import type { Dependency, Join, StageInfo } from '../contract/graph-info.ts'
import { childPath, placeSuffix } from '../contract/keys.ts'
import type { StageKind, StageOutput, SuspendOutput } from '../contract/output.ts'
import { nodeAt } from '../graph/graph.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { CHILD, MadeStage, specsOf } from '../graph/stage.ts'
import type { DescribedPipeline, StageSpec } from '../graph/stage.ts'
import { builtGraphOf } from '../pipeline/stage-graph.ts'
import type { NamedGraph } from '../pipeline/stage-graph.ts'
import { askedInside } from './asked.ts'
import type { Asked, SuspendedRun } from './asked.ts'

/** The shape of a graph as plain JSON, to be kept with the facts of a run. It is the same in every process. */
export interface GraphFingerprint {
  readonly pipeline: string
  /** By name, sorted. */
  readonly stages: Readonly<Record<string, StageFingerprint>>
}

/** The shape of one stage. Its code, its `when` and its options are not part of it. */
export interface StageFingerprint {
  readonly kind: StageKind
  /** Its dependencies, sorted: the name of a plain one, and of any other edge its kind too, as in `soft(profile)`. */
  readonly dependencies: readonly string[]
  readonly join: Join
  /** Whether it is a map. */
  readonly map?: true
  /** Whether the map names its items (`key`). */
  readonly keys?: true
  /** The pipeline that it runs (`withPipeline`, `asStage`), or that each of its items runs. What its code runs with `runChild` isn't known. */
  readonly child?: GraphFingerprint
  /** The guard that repeats the child pipeline. */
  readonly repeat?: string
  /** Whether it goes on when the run is interrupted. It may change at any time. */
  readonly uninterruptible?: true
}

/**
 * How far the stages of a run have come. `started`: the stage waits for an answer, or for its calls. An object: the stages of
 * its child run in progress. Stages that have not started are left out.
 */
export interface RunProgress {
  readonly [stage: string]: 'settled' | 'started' | RunProgress
}

const known = new WeakMap<BuiltGraph, GraphFingerprint>()

/** Returns the fingerprint of a graph, frozen. Throws `core/resume` for any other value. */
export function fingerprintOf(graph: NamedGraph): GraphFingerprint {
  const built = builtGraphOf(graph)
  if (built === undefined) throw new StageflowError('core/resume', isNot('The graph', 'what build() returned', graph))
  return fingerprint(built)
}

function fingerprint(graph: BuiltGraph): GraphFingerprint {
  const kept = known.get(graph)
  if (kept !== undefined) return kept
  const specs = specsOf(graph.origin as DescribedPipeline)
  const rows = graph.info.stages.map((info) => [info.name, row(graph, info, specs[info.index] as StageSpec)] as const)
  const made: GraphFingerprint = { pipeline: graph.name, stages: Object.fromEntries(rows.sort(byName)) }
  freezeDeep(made)
  known.set(graph, made)
  return made
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1

function row(graph: BuiltGraph, info: StageInfo, spec: StageSpec): StageFingerprint {
  const { kind, dependencies, join, map } = info
  const child = childOf(spec)
  const repeat = spec.options['repeat'] as { readonly until: string } | undefined
  return {
    kind,
    dependencies: dependencies.map(edgeText).sort(),
    join,
    ...(map ? { map } : {}),
    ...(spec.options['key'] === undefined ? {} : { keys: true }),
    ...(child === undefined ? {} : { child: fingerprint(graph.childOf(child)) }),
    ...(child === undefined || repeat === undefined ? {} : { repeat: repeat.until }),
    ...(nodeAt(graph, info.index).uninterruptible ? { uninterruptible: true } : {}),
  }
}

/** A plain dependency is its name, as in fingerprints that were made before there were other edges. Names have no parentheses. */
const edgeText = ({ stage, edge }: Dependency): string => (edge === 'value' ? stage : `${edge}(${stage})`)
/** The name of the stage that a dependency in a fingerprint leads to. */
export const sourceOf = (dependency: string): string => /\((.*)\)$/.exec(dependency)?.[1] ?? dependency

/** The pipeline or graph that a stage runs, or each item of a map; undefined if it runs none. */
function childOf({ name, stage }: StageSpec): unknown {
  if (!(stage instanceof MadeStage)) return (stage as { readonly [CHILD]?: unknown })[CHILD]
  let found: unknown
  // A made stage asks for its child when its code is made.
  const child = (given: unknown): undefined => void (found = given)
  stage.make({ stage: name, child, problem: () => {} })
  return found
}

/** The description of a stage. */
export const specAt = (graph: BuiltGraph, { index }: StageInfo): StageSpec =>
  specsOf(graph.origin as DescribedPipeline)[index] as StageSpec

/** The graph of the child pipeline that a stage runs; undefined if it runs none that the build knows. */
export function childGraphAt(graph: BuiltGraph, stage: StageInfo): BuiltGraph | undefined {
  const child = childOf(specAt(graph, stage))
  return child === undefined ? undefined : graph.childOf(child)
}

/** The stage that the names of an answer lead to; undefined if the graph has none. The name of an item is not a stage. */
export function stageAt(graph: BuiltGraph, path: readonly string[]): StageInfo | undefined {
  const [name, ...after] = path
  const stage = graph.info.stages.find((one) => one.name === name)
  const inside = stage?.map === true ? after.slice(1) : after
  if (stage === undefined || inside.length === 0) return stage
  const child = childGraphAt(graph, stage)
  return child === undefined ? stage : stageAt(child, inside)
}

/** How far the stages of a suspended run have come, those of its suspended child runs included. */
export const progressOf = ({ outputs, children }: SuspendedRun): RunProgress => progress(outputs, children, '')

function progress(outputs: object, children: SuspendedRun['children'], path: string): RunProgress {
  return Object.fromEntries(
    Object.entries(outputs as Readonly<Record<string, StageOutput>>).map(([name, output]) => {
      if (output.status !== 'suspend') return [name, 'settled']
      const inside = askedInside(output, children, childPath(path, name))
      if (inside === undefined) return [name, 'started']
      return [name, inside.isMap ? progressOfItems(inside, children) : progress(inside.outputs, children, inside.path)]
    }),
  )
}

/** How far the pipeline has come that the items run: as far as the item that is furthest. `started`: they run a function. */
function progressOfItems(map: Asked, children: SuspendedRun['children']): RunProgress[string] {
  const asking = runsOfItems(map, children).map(({ outputs, path }) => progress(outputs, children, path))
  return asking.length === 0 ? 'started' : asking.reduce(furthest)
}

/** The child runs of the items of a map that have asked. */
function runsOfItems({ outputs, path }: Asked, children: SuspendedRun['children']): readonly Asked[] {
  return Object.entries(outputs as Readonly<Record<string, SuspendOutput | null>>).flatMap(([key, output]) =>
    output?.status === 'suspend' ? (askedInside(output, children, path + placeSuffix(key)) ?? []) : [],
  )
}

/** The progress of two items that run the same pipeline. */
function furthest(one: RunProgress, other: RunProgress): RunProgress {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries([...names].map((name) => [name, furtherOf(one[name], other[name])]))
}
function furtherOf(one: RunProgress[string] | undefined, other: RunProgress[string] | undefined): RunProgress[string] {
  if (one === 'settled' || other === 'settled') return 'settled'
  if (typeof one === 'object' && typeof other === 'object') return furthest(one, other)
  return typeof one === 'object' ? one : (other ?? 'started')
}

/** The maps of a suspended run that have got or lost their `key` since: their items have other names now. */
export const renamedMaps = ({ outputs, children }: SuspendedRun, graph: GraphFingerprint): Iterable<string> =>
  renamedIn(outputs, children, graph, '')

function* renamedIn(
  outputs: object,
  children: SuspendedRun['children'],
  graph: GraphFingerprint,
  path: string,
): Generator<string, void> {
  for (const [name, output] of Object.entries(outputs as Readonly<Record<string, StageOutput>>)) {
    const stage = stageNamed(name, graph)
    const inside = output.status === 'suspend' ? askedInside(output, children, childPath(path, name)) : undefined
    if (stage === undefined || inside === undefined) continue
    if (stage.map === true && inside.isMap) {
      const hadKeys = Object(Object(output).state).keys !== undefined
      if (hadKeys !== (stage.keys === true)) yield inside.path
    }
    for (const run of stage.child === undefined ? [] : inside.isMap ? runsOfItems(inside, children) : [inside])
      yield* renamedIn(run.outputs, children, stage.child as GraphFingerprint, run.path)
  }
}

/**
 * Says in one sentence each why a run that began with the graph of `fingerprint` can't continue with `graph`; empty if it can.
 * A settled stage must have kept its kind, its dependencies, its join and what it runs. A stage that has started must have kept
 * its kind and what it runs. All other stages may be new, changed or gone.
 */
export function incompatibilities(
  graph: NamedGraph,
  fingerprint: GraphFingerprint,
  progress: RunProgress,
): readonly string[] {
  return [...compare(fingerprint, fingerprintOf(graph), progress, '')]
}

/** `reached` is `settled` for the child pipeline of a settled stage: then nothing in it may differ. */
function* compare(
  before: GraphFingerprint,
  now: GraphFingerprint,
  reached: RunProgress | 'settled',
  path: string,
): Generator<string, void> {
  if (path === '' && before.pipeline !== now.pipeline)
    yield `it is a run of "${before.pipeline}", and the graph is "${now.pipeline}"`
  const names =
    reached === 'settled' ? new Set([...Object.keys(before.stages), ...Object.keys(now.stages)]) : Object.keys(reached)
  for (const name of names) {
    const far = reached === 'settled' ? reached : (reached[name] as RunProgress[string])
    const was = stageNamed(name, before)
    const is = stageNamed(name, now)
    const stage = `stage "${path}${name}"`
    const state = `which has ${far === 'settled' ? 'settled' : 'started'}`
    if (is === undefined) yield `the graph has no ${stage}, ${state}`
    else if (was !== undefined) yield* compareStage(was, is, far, `${stage}, ${state},`, path + name)
    else if (reached === 'settled') yield `${stage} is new in a child pipeline that has settled`
    else yield `${stage}, ${state}, isn't in the fingerprint of the run`
  }
}

/** The stage of a name; undefined if the graph has none. */
export const stageNamed = (name: string, { stages }: GraphFingerprint): StageFingerprint | undefined =>
  Object.hasOwn(stages, name) ? stages[name] : undefined

/** What has changed in a stage. `far`: how far the run has come with it. `which`: how a message names it. */
function* compareStage(
  was: StageFingerprint,
  is: StageFingerprint,
  far: RunProgress[string],
  which: string,
  path: string,
): Generator<string, void> {
  if (was.kind !== is.kind) yield `${which} had kind "${was.kind}" and now has kind "${is.kind}"`
  if (far === 'settled') {
    const oldNames = listed(was.dependencies)
    const newNames = listed(is.dependencies)
    if (oldNames !== newNames) yield `${which} depended on ${oldNames} and now depends on ${newNames}`
    const oldJoin = JSON.stringify(was.join)
    const newJoin = JSON.stringify(is.join)
    if (oldJoin !== newJoin) yield `${which} had join ${oldJoin} and now has join ${newJoin}`
  }
  const oldCode = codeOf(was)
  const newCode = codeOf(is)
  if (oldCode !== newCode) yield `${which} was ${oldCode}, and now is ${newCode}`
  else if (was.child !== undefined && is.child !== undefined && far !== 'started')
    yield* compare(was.child, is.child, far, `${path}/`)
}

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ') || 'nothing'

/** What a stage runs, in words. */
function codeOf({ map, keys, child, repeat }: StageFingerprint): string {
  if (map === undefined && child === undefined) return 'code of its own'
  const pipeline = child && `the pipeline "${child.pipeline}"`
  // The keys of its items are in the facts.
  if (map) return `a map${pipeline === undefined ? '' : ` of ${pipeline}`}${keys ? ' with key' : ''}`
  return repeat === undefined ? (pipeline as string) : `${pipeline}, repeated until "${repeat}"`
}
