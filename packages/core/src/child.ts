import { StageflowError } from './errors.ts'
import { NoOpEventSink } from './events.ts'
import { DEEPEST_CHILD } from './graph.ts'
import type { BuiltGraph } from './graph.ts'
import { nodeOf, runOf, tellForks } from './live-context.ts'
import type { LiveContext } from './live-context.ts'
import type { StageNode } from './node.ts'
import type { Outcome } from './outcome.ts'
import type { Listener } from './run-events.ts'
import { RUN_OPTIONS, checkRunOptions } from './run-options.ts'
import type { AllRunOptions } from './run-options.ts'
import type { RunLoop } from './run-loop.ts'
import type { ParentLink, RunState } from './run-state.ts'
import type { Run } from './run.ts'
import { RUNNING } from './schedule.ts'
import { fieldsOf, inputFields } from './snapshot.ts'
import type { Fields } from './snapshot-fields.ts'

export type CreateRun = (
  graph: BuiltGraph,
  input: Fields,
  options: AllRunOptions,
  parent: ParentLink,
  listener: Listener | undefined,
) => Run

/** Options of the engine that a child run takes from the run above it. */
const INHERITED = ['cleanupMs', 'chunkEvents']

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
  const depth = (run.parent?.depth ?? 0) + 1
  if (depth > DEEPEST_CHILD)
    throw new StageflowError(
      'core/child-depth',
      `Stage "${node.name}" of "${run.graph.name}" starts a child run ${depth} deep; runs may lie at most ${DEEPEST_CHILD} deep inside one another.`,
    )
  const graph = run.graph.childOf(given)
  for (let above: RunState | undefined = run; above !== undefined; above = above.parent?.run) {
    if (above.graph.origin === graph.origin)
      throw new StageflowError(
        'core/child-cycle',
        `Stage "${node.name}" starts "${graph.name}", which it is a part of: that would never end. Use withPipeline(…, { repeat }) for a loop.`,
      )
  }
  const own = checkRunOptions(graph, options)
  // No longer than this run's own: a parent outwaits its children, so that their last events come before its own.
  const graceMs = Math.min(own.graceMs ?? Infinity, run.graceMs)
  const fields = { ...fieldsOf(run.snapshot), ...inputFields(input) }
  // An input made from the snapshot of this run, or of one above it, has that run's id, which is not the child's.
  const id = fields['pipelineRunId']
  const pipelineRunId = id === undefined || isIdAbove(run, id) ? crypto.randomUUID() : id
  const above = run.parent === undefined ? '' : `${run.parent.path}/`
  const parent: ParentLink = {
    run,
    depth,
    pipelineRunId: run.pipelineRunId,
    stage: node.name,
    rootRunId: run.parent?.rootRunId ?? run.pipelineRunId,
    rootPipeline: run.parent?.rootPipeline ?? run.graph.name,
    path: `${above}${node.name}${suffix}`,
    signal: context.signal,
    remainingMs: (context.deadline ?? Infinity) - run.clock.now(),
    tell: (news) => tellForks(context, news),
  }
  const child = create(
    graph,
    { ...fields, pipelineRunId },
    { ...inherited(run, graph), ...own, graceMs },
    parent,
    run.events?.listener,
  )
  return { child, settled: settle(run, node, child, parent) }
}

function isIdAbove(run: RunState, id: unknown): boolean {
  for (let above: RunState | undefined = run; above !== undefined; above = above.parent?.run)
    if (above.pipelineRunId === id) return true
  return false
}

function refuseEnded(run: RunLoop, node: StageNode): void {
  if (run.isClosed(node.index))
    throw new StageflowError(
      'core/run-over',
      `The run that stage "${node.name}" belongs to is over; nothing can be started in it.`,
    )
  if (run.schedule.state(node.index) !== RUNNING)
    throw new StageflowError(
      'core/stage-ended',
      `Stage "${node.name}" has ended; its code cannot start a child run any more.`,
    )
}

function inherited(run: RunLoop, graph: BuiltGraph): AllRunOptions {
  const taken = Object.entries(run.options).filter(([key]) => INHERITED.includes(key) || !RUN_OPTIONS.includes(key))
  const ports = graph.inherits && run.options.ports !== undefined ? { ports: run.options.ports } : undefined
  return { ...Object.fromEntries(taken), ...ports, eventSink: run.events?.sink ?? NoOpEventSink }
}

async function settle(run: RunLoop, node: StageNode, child: Run, parent: ParentLink): Promise<Outcome> {
  const facts = run.facts(node.index)
  if (facts.children === undefined) facts.children = [child]
  else facts.children.push(child)
  facts.code++
  const startedAt = run.clock.now()
  const data = { pipeline: child.graph.name, childRunId: child.pipelineRunId, depth: parent.depth, path: parent.path }
  run.events?.emit('pipeline.child_started', data, node.name, startedAt)
  const outcome = await new Promise<Outcome>((resolve) => child.open(resolve))
  if (run.over) return outcome
  const { status, reason, errors } = outcome
  const durationMs = run.clock.now() - startedAt
  run.events?.emit(
    `pipeline.child_${status}`,
    {
      ...data,
      durationMs,
      ...(status === 'cancelled' ? { reason } : undefined),
      ...(status === 'failed' ? { errors } : undefined),
    },
    node.name,
    run.clock.now(),
  )
  facts.leave()
  run.codeLeft(node.index)
  run.childClosed()
  return outcome
}
