import { StageflowError } from '../base/errors.ts'
import type { Host } from '../call/host.ts'
import { behindOf, tellCalls } from '../call/stage-context.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { RunParent } from '../contract/context.ts'
import { NoOpEventSink } from '../contract/events.ts'
import type { InterceptorContext } from '../contract/interceptor.ts'
import { fieldsOf, inputFields } from '../contract/snapshot.ts'
import { RUN_OPTIONS, checkRunOptions } from '../graph/graph.ts'
import type { AllRunOptions, BuiltGraph, StageNode } from '../graph/graph.ts'
import { whyOf } from '../report/outcome.ts'
import type { Outcome } from '../report/outcome.ts'
import { ENDED } from '../report/run-facts.ts'
import type { ParentLink, RunFacts } from '../report/run-facts.ts'
import type { PipelineRun } from '../run/run.ts'
import { RUNNING } from '../schedule/plan.ts'

/** How many levels of child runs may be nested below the outermost run. */
export const DEEPEST_CHILD = 5

/** A run as the children of its stages see it. Every host of a stage's context is one. */
export interface ParentRun extends Host {
  /** Makes a child run. Without an id in `input` it gets one. */
  readonly childRun: PipelineRun['childRun']
  /** Only in a durable run: carries out `each` of a map, and makes a list of an asynchronous source. */
  readonly item?: (
    context: LiveStageContext,
    place: number,
    item: unknown,
    each: (item: unknown, context: unknown) => unknown,
  ) => Promise<unknown>
  readonly items?: (context: LiveStageContext, source: unknown) => unknown
}

export interface OpenedChild {
  readonly child: PipelineRun
  readonly settled: Promise<Outcome>
}

/** Starts a child run inside a stage. `suffix`: the item or the attempt, for the lineage path. */
export function openChild(
  context: InterceptorContext,
  pipeline: unknown,
  input: object,
  options: object | undefined,
  suffix: string,
): OpenedChild {
  const behind = behindOf(context as LiveStageContext)
  const { host, node } = behind
  const { facts: run } = host
  refuseEnded(run, node)
  const runs = lineage(run)
  const root = runs.at(-1) as RunFacts
  const depth = runs.length
  if (depth > DEEPEST_CHILD)
    throw new StageflowError(
      'core/child-depth',
      `Stage "${node.name}" of "${run.graph.name}" starts a child run ${depth} deep; nest at most ${DEEPEST_CHILD}.`,
    )
  const graph = run.graph.childOf(pipeline)
  if (runs.some((above) => above.graph.origin === graph.origin))
    throw new StageflowError(
      'core/child-cycle',
      `Stage "${node.name}" starts "${graph.name}", which contains it. To loop, use withPipeline(…, { repeat }).`,
    )
  const own = checkRunOptions(graph, options)
  const path = `${run.parent === undefined ? '' : `${run.parent.shown.path}/`}${node.name}${suffix}`
  const resume = run.resume?.child(path, context.resumed)
  // At most the grace time of this run: the parent waits for its children, so that their last events come before its own.
  const graceMs = Math.min(own.graceMs ?? Infinity, run.graceMs)
  const fields = { ...fieldsOf(run.snapshot), ...inputFields(resume?.snapshot ?? input) }
  // An input made from the snapshot of this run, or of a parent, contains that run's id. The child needs its own.
  const id = fields['pipelineRunId']
  const pipelineRunId = runs.some((above) => above.pipelineRunId === id) ? undefined : id
  const shown = Object.freeze({
    depth,
    pipelineRunId: run.pipelineRunId,
    stage: node.name,
    rootRunId: root.pipelineRunId,
    rootPipeline: root.graph.name,
    path,
  })
  const openedAt = run.clock.now()
  let deadline = context.deadline ?? Infinity
  const parent: ParentLink = {
    shown,
    facts: run,
    signal: context.signal,
    get deadline() {
      // After an abort, keeps the last deadline that the stage had.
      return context.aborted === undefined ? (deadline = context.deadline ?? deadline) : deadline
    },
    openedAt,
    resume,
    outlet: run.outlet,
    tell: (news) => tellCalls(behind, news),
    outOfTime: () => host.stopping.outOfTime(),
  }
  const given = { ...inherited(run, graph), ...own, graceMs }
  const child = (host as ParentRun).childRun(graph, { ...fields, pipelineRunId }, given, parent)
  return { child, settled: runToEnd(host, node, child, shown, openedAt) }
}

/** A run and its parents. */
const lineage = (run: RunFacts): readonly RunFacts[] => [
  run,
  ...(run.parent === undefined ? [] : lineage(run.parent.facts)),
]

function refuseEnded(run: RunFacts, node: StageNode): void {
  if (run.isClosed(node.index))
    throw new StageflowError('core/run-over', `The run of stage "${node.name}" has ended; it cannot start a child run.`)
  if (run.schedule.state(node.index) !== RUNNING)
    throw new StageflowError('core/stage-ended', `Stage "${node.name}" has ended; it cannot start a child run.`)
}

/** The options that a child takes from its parent's run: two of the engine's own, and those that interceptors claim. */
function inherited({ options, events }: RunFacts, graph: BuiltGraph): AllRunOptions {
  const isInherited = (key: string): boolean =>
    key === 'cleanupMs' || key === 'chunkEvents' || !RUN_OPTIONS.includes(key)
  const taken = Object.fromEntries(Object.entries(options).filter(([key]) => isInherited(key)))
  const { ports } = options
  return { ...taken, ...(graph.inherits && ports && { ports }), eventSink: events?.sink ?? NoOpEventSink }
}

/** Runs a child to its end, and reports it to the stage that started it. */
async function runToEnd(
  host: Host,
  node: StageNode,
  child: PipelineRun,
  { depth, path }: RunParent,
  startedAt: number,
): Promise<Outcome> {
  const run = host.facts
  const stage = run.stage(node.index)
  ;(stage.children ??= []).push(child)
  stage.enterCode()
  const data = { pipeline: child.facts.graph.name, childRunId: child.facts.pipelineRunId, depth, path }
  run.events?.emit('pipeline.child_started', data, node.name, startedAt)
  const outcome = await new Promise<Outcome>((resolve) => child.open(resolve))
  if (run.phase < ENDED) {
    const now = run.clock.now()
    const last = { ...data, durationMs: now - startedAt, ...whyOf(outcome, true) }
    run.events?.emit(`pipeline.child_${outcome.status}`, last, node.name, now)
  }
  stage.leaveCode()
  host.loop.codeReturned(node.index)
  host.stoppingIfAny?.childClosed()
  return outcome
}
