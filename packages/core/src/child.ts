import type { RunParent } from './context.ts'
import { StageflowError } from './errors.ts'
import { NoOpEventSink } from './events.ts'
import type { BuiltGraph } from './graph.ts'
import { DEEPEST_CHILD } from './limits.ts'
import { nodeOf, runOf, tellForks } from './live-context.ts'
import type { LiveContext } from './live-context.ts'
import type { StageNode } from './node.ts'
import { whyOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { ParentLink } from './parent-link.ts'
import type { Listener } from './run-events.ts'
import type { RunLoop } from './run-loop.ts'
import { RUN_OPTIONS, checkRunOptions } from './run-options.ts'
import type { AllRunOptions } from './run-options.ts'
import type { RunState } from './run-state.ts'
import type { Run } from './run.ts'
import { RUNNING } from './schedule-codes.ts'
import type { Fields } from './snapshot-fields.ts'
import { fieldsOf, inputFields } from './snapshot.ts'

export type CreateRun = (
  graph: BuiltGraph,
  input: Fields,
  options: AllRunOptions,
  parent: ParentLink,
  listener: Listener | undefined,
) => Run

export interface OpenedChild {
  readonly child: Run
  readonly settled: Promise<Outcome>
}

/** Starts a child run inside a stage. `suffix`: the item or the attempt, for the lineage path. */
export function openChild(
  context: LiveContext,
  given: unknown,
  input: object,
  options: object | undefined,
  suffix: string,
  create: CreateRun,
): OpenedChild {
  const run = runOf(context)
  const node = nodeOf(context)
  refuseEnded(run, node)
  const runs = lineage(run)
  const root = runs.at(-1) as RunState
  const depth = runs.length
  if (depth > DEEPEST_CHILD)
    throw new StageflowError(
      'core/child-depth',
      `Stage "${node.name}" of "${run.graph.name}" starts a child run ${depth} deep; ${DEEPEST_CHILD} is the most.`,
    )
  const graph = run.graph.childOf(given)
  if (runs.some((above) => above.graph.origin === graph.origin))
    throw new StageflowError(
      'core/child-cycle',
      `Stage "${node.name}" starts "${graph.name}", which it is a part of; a loop is a child pipeline: withPipeline(…, { repeat }).`,
    )
  const own = checkRunOptions(graph, options)
  // No longer than this run's own: a parent outwaits its children, so that their last events come before its own.
  const graceMs = Math.min(own.graceMs ?? Infinity, run.graceMs)
  const fields = { ...fieldsOf(run.snapshot), ...inputFields(input) }
  // An input made from the snapshot of this run, or of one above it, has that run's id, which is not the child's.
  const id = fields['pipelineRunId']
  const pipelineRunId = id === undefined || runs.some((above) => above.pipelineRunId === id) ? crypto.randomUUID() : id
  const shown = Object.freeze({
    depth,
    pipelineRunId: run.pipelineRunId,
    stage: node.name,
    rootRunId: root.pipelineRunId,
    rootPipeline: root.graph.name,
    path: `${run.parent === undefined ? '' : `${run.parent.shown.path}/`}${node.name}${suffix}`,
  })
  let deadline = context.deadline ?? Infinity
  const parent: ParentLink = {
    shown,
    run,
    signal: context.signal,
    get deadline() {
      // Of a stage that is stopped, the last one.
      return context.aborted === undefined ? (deadline = context.deadline ?? deadline) : deadline
    },
    openedAt: run.clock.now(),
    tell: (news) => tellForks(context, news),
  }
  const child = create(
    graph,
    { ...fields, pipelineRunId },
    { ...inherited(run, graph), ...own, graceMs },
    parent,
    run.events?.listener,
  )
  return { child, settled: settle(run, node, child, shown) }
}

/** A run and those above it. */
const lineage = (run: RunState): readonly RunState[] => [
  run,
  ...(run.parent === undefined ? [] : lineage(run.parent.run)),
]

function refuseEnded(run: RunLoop, node: StageNode): void {
  if (run.isClosed(node.index))
    throw new StageflowError(
      'core/run-over',
      `The run of stage "${node.name}" has ended; it cannot start a child run any more.`,
    )
  if (run.schedule.state(node.index) !== RUNNING)
    throw new StageflowError(
      'core/stage-ended',
      `Stage "${node.name}" has ended; it cannot start a child run any more.`,
    )
}

function inherited(run: RunLoop, graph: BuiltGraph): AllRunOptions {
  // Of the engine's own options a child takes only these two from the run above it.
  const taken = Object.entries(run.options).filter(
    ([key]) => key === 'cleanupMs' || key === 'chunkEvents' || !RUN_OPTIONS.includes(key),
  )
  const ports = graph.inherits ? { ports: run.options.ports } : undefined
  return { ...Object.fromEntries(taken), ...ports, eventSink: run.events?.sink ?? NoOpEventSink }
}

async function settle(run: RunLoop, node: StageNode, child: Run, { depth, path }: RunParent): Promise<Outcome> {
  const facts = run.facts(node.index)
  ;(facts.children ??= []).push(child)
  facts.code++
  const startedAt = run.clock.now()
  const data = { pipeline: child.graph.name, childRunId: child.pipelineRunId, depth, path }
  run.events?.emit('pipeline.child_started', data, node.name, startedAt)
  const outcome = await new Promise<Outcome>((resolve) => child.open(resolve))
  if (run.over) return outcome
  const now = run.clock.now()
  const last = { ...data, durationMs: now - startedAt, ...whyOf(outcome) }
  run.events?.emit(`pipeline.child_${outcome.status}`, last, node.name, now)
  facts.leave()
  run.codeLeft(node.index)
  run.childClosed()
  return outcome
}
