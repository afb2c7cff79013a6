import { DEEPEST_CHILD } from '../base/bounds.ts'
import { StageflowError } from '../base/errors.ts'
import { parkedUntil } from '../call/code.ts'
import type { Host } from '../call/host.ts'
import { behindOf } from '../call/stage-context.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import { NoOpEventSink } from '../contract/event-sink.ts'
import type { InterceptorContext } from '../contract/interceptor.ts'
import { childPath } from '../contract/keys.ts'
import type { Fields } from '../contract/snapshot-fields.ts'
import { fieldsOf, inputFields } from '../contract/snapshot.ts'
import { KEPT, RUN_OPTIONS, checkRunOptions } from '../graph/graph.ts'
import type { AllRunOptions, BuiltGraph, StageNode } from '../graph/graph.ts'
import { whyOf } from '../report/outcome.ts'
import type { Outcome } from '../report/outcome.ts'
import { ENDED } from '../report/phases.ts'
import type { ChunkRelay, ParentLink, RunFacts } from '../report/run-facts.ts'
import type { PipelineRun } from '../run/run.ts'
import { RUNNING } from '../schedule/plan.ts'
import { codeAround } from './code-around.ts'
import type { ParentRun } from './parent-run.ts'

export interface OpenedChild {
  readonly child: PipelineRun
  readonly settled: Promise<Outcome>
}

/**
 * Starts a child run inside a stage. `suffix`: the item or the attempt, for the lineage path. `chunks`: the stage of the child whose
 * chunks are those of the stage.
 */
export function openChild(
  context: InterceptorContext,
  pipeline: unknown,
  input: object,
  options: object | undefined,
  suffix: string,
  chunks?: string,
): OpenedChild {
  const { host: around, node } = behindOf(context as LiveStageContext)
  const host = around as ParentRun
  const run = host.facts.ofRun
  const runs = lineage(run)
  refuseStart(host.facts, node, runs)
  const graph = run.graph.childOf(pipeline)
  refuseCycle(runs, node, graph)
  const root = runs.at(-1) as RunFacts
  root.options[KEPT]?.checkChild(node.name, graph, root.graph)
  const own = checkRunOptions(graph, options)
  const parent = linkFor(context as LiveStageContext, node, runs, `${host.suffix ?? ''}${suffix}`, chunks)
  // At most the grace time of this run: the parent waits for its children, so that their last events come before its own.
  const graceMs = Math.min(own.graceMs ?? Infinity, run.graceMs)
  const fields = childInput(runs, parent.resume?.snapshot ?? input)
  const given = { ...inherited(run, graph), ...own, graceMs }
  const child = host.childRun(graph, fields, given, parent)
  return { child, settled: runToEnd(host, node, child, parent) }
}

/** A run and its parents. */
const lineage = (run: RunFacts): readonly [RunFacts, ...RunFacts[]] => [
  run,
  ...(run.parent === undefined ? [] : lineage(run.parent.facts)),
]

/** The link from a child run to the stage that starts it. `runs`: the run of the stage, and its parents. */
function linkFor(
  context: LiveStageContext,
  node: StageNode,
  runs: readonly [RunFacts, ...RunFacts[]],
  suffix: string,
  chunks: string | undefined,
): ParentLink {
  const [run] = runs
  const root = runs.at(-1) as RunFacts
  const path = childPath(run.parent?.shown.path ?? '', node.name, suffix)
  const outlet = run.outletOf(node.name)
  return Object.assign(codeAround(context), {
    shown: Object.freeze({
      depth: runs.length,
      pipelineRunId: run.pipelineRunId,
      stage: node.name,
      rootRunId: root.pipelineRunId,
      rootPipeline: root.graph.name,
      path,
      held: outlet.isHeld,
    }),
    signal: context.signal,
    resume: run.resume?.child(path, context.resumed),
    outlet,
    relay: chunks === undefined ? undefined : relayTo(context, run, node, chunks),
  })
}

/** While a reader of the stage has no room, the stage is parked, and with it the one inside that yields. */
function relayTo(context: LiveStageContext, run: RunFacts, node: StageNode, stage: string): ChunkRelay {
  return {
    stage,
    yields: () => run.yields(node),
    put: (chunk) => run.chunk(node, chunk, context.attempt),
    room: () => {
      const room = run.room(node)
      // Once the stage was aborted, what still goes on inside it waits for the reader alone.
      return room && (context.aborted ? room : parkedUntil(behindOf(context), room, context.signal))
    },
  }
}

/** The fields of a child's input: those of the run around it, and its own. */
function childInput(runs: readonly [RunFacts, ...RunFacts[]], input: object): Fields {
  const [run] = runs
  const fields = { ...fieldsOf(run.snapshot), ...inputFields(input) }
  // An input made from the snapshot of this run, or of a parent, contains that run's id. The child needs its own.
  const isTaken = runs.some(({ pipelineRunId }) => pipelineRunId === fields['pipelineRunId'])
  return isTaken ? { ...fields, pipelineRunId: undefined } : fields
}

function refuseCycle(runs: readonly RunFacts[], { name }: StageNode, graph: BuiltGraph): void {
  if (runs.some((above) => above.graph.origin === graph.origin))
    throw new StageflowError(
      'core/child-cycle',
      `Stage "${name}" starts "${graph.name}", which contains it. To loop, use withPipeline(…, { repeat }).`,
    )
}

/** `run`: that of the stage. `runs`: the same, or for an item the run of its map, and its parents. */
function refuseStart(run: RunFacts, { index, name }: StageNode, runs: readonly [RunFacts, ...RunFacts[]]): void {
  if (run.ignores(index)) {
    const what = run.phase >= ENDED ? `The run of stage "${name}" has ended` : `Stage "${name}" was abandoned`
    throw new StageflowError('core/run-over', `${what}; it cannot start a child run. Stop when context.signal aborts.`)
  }
  if (run.schedule.state(index) !== RUNNING)
    throw new StageflowError('core/stage-ended', `Stage "${name}" has ended; it cannot start a child run.`)
  if (runs.length > DEEPEST_CHILD)
    throw new StageflowError(
      'core/child-depth',
      `Stage "${name}" of "${runs[0].graph.name}" starts a child run ${runs.length} deep; nest at most ${DEEPEST_CHILD}.`,
    )
}

/** The options that a child takes from its parent's run: a few of the engine's own, and those that interceptors claim. */
function inherited({ options, events }: RunFacts, graph: BuiltGraph): AllRunOptions {
  const ofEngine = ['cleanupMs', 'chunkEvents', graph.inherits && 'ports']
  const taken = Object.entries(options).filter(([key]) => ofEngine.includes(key) || !RUN_OPTIONS.includes(key))
  return { ...Object.fromEntries(taken), eventSink: events?.sink ?? NoOpEventSink }
}

/** Runs a child to its end, as code of the stage that started it. */
async function runToEnd(host: Host, node: StageNode, child: PipelineRun, parent: ParentLink): Promise<Outcome> {
  const { facts: run, loop } = host
  const { shown, openedAt } = parent
  const { depth, path } = shown
  const stage = run.stage(node.index)
  // A child run of an item is kept with the item, and with its map.
  const ofRun = run.stageOfRun(node.index)
  const tellEnds = [stage.childRuns.add(child)]
  if (ofRun !== stage) tellEnds.push(ofRun.childRuns.add(child))
  stage.enterCode()
  const data = { pipeline: child.facts.graph.name, childRunId: child.facts.pipelineRunId, depth, path }
  run.events?.emit('pipeline.child_started', data, node.name, openedAt)
  const outcome = await new Promise<Outcome>((resolve) => child.open(resolve))
  if (run.phase < ENDED) {
    const now = run.clock.now()
    const last = { ...data, durationMs: now - openedAt, ...whyOf(outcome, true) }
    run.events?.emit(`pipeline.child_${outcome.status}`, last, node.name, now)
  }
  for (const tellEnd of tellEnds) tellEnd(outcome.status)
  stage.leaveCode()
  loop.codeReturned(node.index)
  host.stoppingIfAny?.childClosed()
  return outcome
}
