import { LIMIT, oneOf, optionProblems } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import { behindOf } from '../call/stage-context.ts'
import type { EdgeCode, Wiring } from '../graph/edge-code.ts'
import type { GraphEdges, StageNode } from '../graph/graph.ts'
import type { Problem } from '../graph/stage.ts'
import { createEdgePlan, findDeadlocks, maySuspend } from '../schedule/edge-plan.ts'
import type { EdgesByKind, Flow } from '../schedule/edge-plan.ts'
import { EdgeSchedule } from '../schedule/edge-schedule.ts'
import { LiveEdges } from './live-edges.ts'
import { readerOptions } from './stream-reader.ts'
import type { ReaderOptions, ReadersRun } from './stream-reader.ts'
import type { WiredGraph } from './wired-graph.ts'

const READER_RULES: OptionRules<ReaderOptions> = {
  maxWaiting: LIMIT,
  overflow: oneOf('block', 'drop-oldest', 'drop-newest'),
}

/** The code that every edge carries. */
export const EDGES: EdgeCode = { options: Object.keys(READER_RULES), check, wire }

function byKind({ edges }: Wiring): EdgesByKind {
  const of = (wanted: string): readonly (readonly number[])[] =>
    edges.map(({ sources, kinds }) => sources.filter((_, place) => kinds[place] === wanted))
  return { values: of('value'), streams: of('stream') }
}

function check(wiring: Wiring, problem: Problem): void {
  const { nodes } = wiring
  const edges = byKind(wiring)
  nodes.forEach((node, stage) => {
    checkReader(node, edges.streams[stage] as readonly number[], nodes, problem)
    if (node.answerSchema !== undefined && !maySuspend(edges, stage))
      problem(
        'core/cannot-suspend',
        `Stage "${node.name}" has an answerSchema, but cannot suspend: a stage that reads a stream waits for it, or reads its own chunks.`,
      )
  })
  for (const stages of findDeadlocks(edges, nodes.map(flowOf)))
    problem(
      'core/stream-deadlock',
      `The stages ${stages.map((stage) => `"${nodes[stage]?.name}"`).join(', ')} would wait for each other once an inbox is full. Read one of them as a value, or give its reader overflow: 'drop-oldest'.`,
    )
}

const flowOf = (node: StageNode): Flow => ({ blocks: (readerOptions(node).overflow ?? 'block') === 'block' })

function checkReader(
  { name, info }: StageNode,
  sources: readonly number[],
  nodes: readonly StageNode[],
  problem: Problem,
): void {
  for (const text of optionProblems(info.options, READER_RULES, '', 'any'))
    problem('core/illegal-option', `Stage "${name}": ${text}.`)
  const useless = Object.keys(READER_RULES).filter((option) => option in info.options)
  if (sources.length === 0 && useless.length > 0)
    problem('core/illegal-option', `Stage "${name}" has ${useless.join(' and ')}, but reads no stream; remove it.`)
  for (const source of sources) {
    const { info: of, name: sourceName } = nodes[source] as StageNode
    if (neverYields(of))
      problem(
        'core/no-stream',
        `Stage "${name}" reads the chunks of "${sourceName}", which yields none. Make it an async generator${of.map ? ', or a map with stream: true' : ''}${of.child === undefined ? '' : ', or name a stage of its pipeline: { chunks: … }'}.`,
      )
  }
}

/** Whether it is known that a stage yields nothing. A function may return a generator that another one has made. */
const neverYields = ({ streams, map, child, source }: StageNode['info']): boolean =>
  !streams && (map || child !== undefined || (source !== undefined && source.startsWith('async')))

function wire(wiring: Wiring): GraphEdges {
  const edges = byKind(wiring)
  const plan = createEdgePlan(edges, wiring.needs)
  const nodes = wiring.nodes.map((node, stage) => {
    const isWired = (edges.streams[stage] as readonly number[]).length > 0 || isRead(stage)
    return isWired ? { ...node, body: toldOf(node) } : node
  })
  function isRead(stage: number): boolean {
    return (plan.readersOf.offsets[stage] as number) < (plan.readersOf.offsets[stage + 1] as number)
  }
  const names = nodes.map(({ name }) => name)
  const toChunks = wiring.specs.map(({ options }) => options['toChunks'])
  const graph: WiredGraph = { names, nodes, edges, toChunks }
  return {
    plan,
    nodes,
    createSchedule: (limit, goOn) => new EdgeSchedule(plan, limit, goOn),
    open: (run) => new LiveEdges(graph, run as ReadersRun),
  }
}

/** The code of a stage that reads or is read: the edges are told when it is called. */
function toldOf({ body }: StageNode): StageNode['body'] {
  return (context) => {
    const edges = behindOf(context as LiveStageContext).host.facts.edges as LiveEdges
    edges.codeBegins(context as LiveStageContext)
    return body(context)
  }
}
