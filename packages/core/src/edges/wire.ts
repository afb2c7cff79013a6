import { LIMIT, oneOf, optionProblems } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import { behindOf } from '../call/stage-context.ts'
import type { PipelineInfo, StageInfo } from '../contract/graph-info.ts'
import type { EdgeKind } from '../contract/edges.ts'
import { StageKind } from '../contract/output.ts'
import type { EdgeCode, Wiring } from '../graph/edge-code.ts'
import type { GraphEdges, StageNode } from '../graph/graph.ts'
import type { Problem } from '../graph/stage.ts'
import { createEdgePlan, findDeadlocks, maySuspend } from '../schedule/edge-plan.ts'
import type { EdgesByKind, Flow } from '../schedule/edge-plan.ts'
import { EdgeSchedule } from '../schedule/edge-schedule.ts'
import type { HeldOptions } from './gates.ts'
import type { SoftOptions } from './soft-options.ts'
import { LiveEdges } from './live-edges.ts'
import { readerOptions } from './stream-reader.ts'
import type { ReaderOptions, ReadersRun } from './stream-reader.ts'
import type { WiredGraph } from './wired-graph.ts'

const READER_RULES: OptionRules<ReaderOptions> = {
  maxWaiting: LIMIT,
  overflow: oneOf('block', 'drop-oldest', 'drop-newest'),
}

const HELD_RULES: OptionRules<HeldOptions> = { maxHeld: LIMIT }

/** The code that every edge carries. */
export const EDGES: EdgeCode = { options: [...Object.keys(READER_RULES), ...Object.keys(HELD_RULES)], check, wire }

function byKind({ edges }: Wiring): EdgesByKind {
  const of = (wanted: EdgeKind): readonly (readonly number[])[] =>
    edges.map(({ sources, kinds }) => sources.filter((_, place) => kinds[place] === wanted))
  const waits = edges.map(({ given }) => given.flatMap((edge) => (edge?.edge === 'soft' ? [waitOf(edge)] : [])))
  return { values: of('value'), streams: of('stream'), soft: of('soft'), waits, gates: of('gate') }
}
const waitOf = (edge: object): number => (edge as SoftOptions).waitMs

function check(wiring: Wiring, problem: Problem): void {
  const { nodes } = wiring
  const edges = byKind(wiring)
  nodes.forEach((node, stage) => {
    const report: Problem = (code, text) => problem(code, `Stage "${node.name}" ${text}`)
    const sources = edges.streams[stage] as readonly number[]
    const gates = edges.gates[stage] as readonly number[]
    checkOptions(node, READER_RULES, sources.length > 0 ? undefined : 'reads no stream', report)
    checkOptions(node, HELD_RULES, gates.length > 0 ? undefined : 'is behind no gate', report)
    checkSources(
      sources.map((source) => nodes[source] as StageNode),
      report,
    )
    if (gates.length > 0) checkHeld(node, report)
    for (const gate of gates) checkGate(nodes[gate] as StageNode, report)
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

const flowOf = (node: StageNode): Flow => ({
  blocks: (readerOptions(node).overflow ?? 'block') === 'block',
  yields: !neverYields(node.info),
  mayNotStart: node.when !== undefined,
})

/** Checks the options that edges claim. `useless`: why the stage has no use for them. */
function checkOptions({ info }: StageNode, rules: OptionRules, useless: string | undefined, report: Problem): void {
  for (const text of optionProblems(info.options, rules, '', 'any'))
    report('core/illegal-option', `has an illegal option: ${text}.`)
  const given = Object.keys(rules).filter((option) => option in info.options)
  if (useless !== undefined && given.length > 0)
    report('core/illegal-option', `has ${given.join(' and ')}, but ${useless}; remove it.`)
}

function checkSources(sources: readonly StageNode[], report: Problem): void {
  for (const { name, info } of sources) {
    if (neverYields(info))
      report(
        'core/no-stream',
        `reads the chunks of "${name}", which yields none. Make it an async generator${info.map ? ', or a map with stream: true' : ''}${info.child === undefined ? '' : ', or name a stage of its pipeline: { chunks: … }'}.`,
      )
  }
}

/** A gate holds back results, and not what code has done to the world. */
function checkHeld({ info, items }: StageNode, report: Problem): void {
  const works = worksIn(info, items?.info.child)
  if (works !== undefined)
    report(
      'core/gated-work',
      `is behind a gate and ${works === info.name ? 'of kind WORK' : `contains "${works}", which is of kind WORK`}. A gate holds back results, and not effects: do the work in a stage after it.`,
    )
}

/** The first stage of kind WORK in a stage, however deep. */
function worksIn({ name, kind, child }: StageInfo, ofItems?: PipelineInfo): string | undefined {
  if (kind === StageKind.WORK) return name
  for (const inner of [...(child?.stages ?? []), ...(ofItems?.stages ?? [])]) {
    const found = worksIn(inner)
    if (found !== undefined) return found
  }
  return undefined
}

function checkGate({ name, when }: StageNode, report: Problem): void {
  if (when !== undefined)
    report(
      'core/gate-when',
      `has the gate "${name}", which has a when: if that is false, the gate refuses. Leave when out, and let "${name}" return ok if there is nothing to check.`,
    )
}

/** Whether it is known that a stage yields nothing. A function may return a generator that another one has made. */
const neverYields = ({ streams, map, child, source }: StageNode['info']): boolean =>
  !streams && (map || child !== undefined || (source !== undefined && source.startsWith('async')))

function wire(wiring: Wiring): GraphEdges {
  const edges = byKind(wiring)
  const plan = createEdgePlan(edges, wiring.needs)
  const nodes = wiring.nodes.map((node, stage) => {
    const isHeld = edges.gates[stage]?.length !== 0
    const isWired = isHeld || edges.streams[stage]?.length !== 0 || isRead(stage)
    return isWired ? { ...node, alone: node.alone || isHeld, body: toldOf(node) } : node
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

/** The code of a stage that reads, is read or is behind a gate: the edges are told when it is called. */
function toldOf({ body }: StageNode): StageNode['body'] {
  return (context) => {
    const edges = behindOf(context as LiveStageContext).host.facts.edges as LiveEdges
    edges.codeBegins(context as LiveStageContext)
    return body(context)
  }
}
