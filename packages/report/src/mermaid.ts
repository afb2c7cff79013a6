import type { MapRecord, PipelineInfo, StageInfo, StageKind, StageRecord } from '@stageflow/core'
import { checkOptions, formatDuration, plainLine } from '@stageflow/core/kit'
import { pathToNow } from './critical-path.ts'
import { checkSamePipeline, readPipeline } from './check-report.ts'
import { readRun } from './read-report.ts'
import { countsOfItems, grouped } from './map-items.ts'
import { DRAWING_RULES, type DrawingOptions } from './redact-report.ts'
import type { ReportToNow, RunReport } from './run-in-progress.ts'
import { triesOf } from './stage-parts.ts'
import { cutTo } from './text-columns.ts'

/** Draws a pipeline as a Mermaid flowchart. The shape of a stage shows its kind. */
export function mermaid(pipeline: PipelineInfo): string {
  const { stages } = readPipeline(pipeline)
  const nodes = stages.map((stage, index) => nodeOf(index, stage, [stage.name, ...conditionsOf(stage)]))
  return ['flowchart TD', ...nodes, ...edgesOf(stages).map(({ line }) => line)].join('\n')
}

/** Draws a run of a pipeline: the status and duration of each stage, and the critical path in bold lines. */
export function mermaidRun(given: RunReport, pipeline: PipelineInfo, options: DrawingOptions = {}): string {
  checkOptions('mermaidRun()', 'report/illegal-option', options, DRAWING_RULES)
  const { report, records } = readRun(given, options.redaction)
  const { stages } = readPipeline(pipeline)
  checkSamePipeline(report, pipeline)
  const path = pathToNow(report, pipeline).segments.map(({ stage }) => stage)
  /** The stage before each stage of the critical path. */
  const stepsBefore = new Map(path.map((stage, index) => [stage, path[index - 1]]))

  const nodes = stages.map((stage, index) =>
    nodeOf(index, stage, [stage.name, ...outcomeOf(records.get(stage.name), report.status)]),
  )
  const edges = edgesOf(stages)
  const isStep = ({ from, to }: Edge): boolean => stepsBefore.has(to) && stepsBefore.get(to) === from
  const thick = edges.flatMap((edge, index) => (isStep(edge) ? [index] : []))
  return [
    'flowchart TD',
    ...nodes,
    ...edges.map(({ line }) => line),
    ...classLines(stages, records, report.status, stepsBefore),
    ...(thick.length > 0 ? [`  linkStyle ${thick.join(',')} stroke-width:4px`] : []),
  ].join('\n')
}

/** Defines the classes that the nodes have, and gives them to their nodes. */
function classLines(
  stages: readonly StageInfo[],
  records: ReadonlyMap<string, StageRecord>,
  runStatus: ReportToNow['status'],
  critical: { has(name: string): boolean },
): string[] {
  const members = new Map<string, string[]>(Object.keys(CLASSES).map((name) => [name, []]))
  for (const [index, { name }] of stages.entries()) {
    const status = statusOf(records.get(name), runStatus)
    if (status !== undefined) members.get(status)?.push(`s${index}`)
    if (critical.has(name)) members.get('critical')?.push(`s${index}`)
  }
  const used = [...members].filter(([, nodes]) => nodes.length > 0)
  return used.flatMap(([name, nodes]) => [`  classDef ${name} ${CLASSES[name]}`, `  class ${nodes.join(',')} ${name}`])
}

/** Around a label, by kind. */
const SHAPES: Readonly<Record<StageKind, readonly [string, string]>> = {
  transform: ['[', ']'],
  enrich: ['([', '])'],
  route: ['{', '}'],
  guard: ['{{', '}}'],
  work: ['[[', ']]'],
  agent: ['((', '))'],
}

/** Colors that are readable on light and dark pages. */
const CLASSES: Readonly<Record<string, string>> = {
  running: 'fill:#d8e8fc,stroke:#2f6fb3,color:#0d2c4d',
  ok: 'fill:#d7f0dd,stroke:#2f8f4e,color:#12351f',
  skip: 'fill:#ececec,stroke:#8a8a8a,color:#444444,stroke-dasharray:4 3',
  cancel: 'fill:#fdf0cf,stroke:#b7860b,color:#4a3600',
  fail: 'fill:#fbdcdc,stroke:#c03535,color:#5a1212',
  suspend: 'fill:#e6dcfb,stroke:#6f42c1,color:#2c1659',
  critical: 'stroke-width:4px',
}

interface Edge {
  readonly from: string
  readonly to: string
  readonly line: string
}

/** Nodes are numbered, because a name may be a keyword of Mermaid, such as `end`. */
function nodeOf(index: number, { kind }: StageInfo, lines: readonly string[]): string {
  const [open, close] = SHAPES[kind] ?? SHAPES.transform
  const label = lines.map(escaped).join('<br/>')
  return `  s${index}${open}"${label}"${close}`
}

function edgesOf(stages: readonly StageInfo[]): Edge[] {
  const numbers = new Map(stages.map(({ name }, index) => [name, index]))
  return stages.flatMap(({ name, dependencies }, index) =>
    dependencies.map(({ stage, edge }: { readonly stage: string; readonly edge: string }) => {
      const arrow = edge === 'value' ? '-->' : `-. ${escaped(edge)} .->`
      return { from: stage, to: name, line: `  s${numbers.get(stage)} ${arrow} s${index}` }
    }),
  )
}

/** The conditions of a stage's start, other than that all its dependencies have settled, and whether it runs for each item. */
function conditionsOf({ join, conditional, dependencies, map }: StageInfo): string[] {
  const conditions = map ? ['for each item'] : []
  const counted = dependencies.filter(({ edge }) => edge === 'value' || edge === 'stream')
  if (typeof join === 'object') conditions.push(`${join.quorum} of ${counted.length}`)
  else if (join !== 'all') conditions.push(`join: ${join}`)
  if (conditional) conditions.push('conditional')
  return conditions
}

/** Undefined for a stage that the run hasn't come to. */
function statusOf(record: StageRecord | undefined, runStatus: ReportToNow['status']): string | undefined {
  if (record?.status !== undefined) return record.status
  if (runStatus !== 'running') return 'cancel'
  return record?.startedAt === undefined ? undefined : 'running'
}

/** The lines below the name of a stage. */
function outcomeOf(record: StageRecord | undefined, runStatus: ReportToNow['status']): string[] {
  if (record?.startedAt === undefined || record.endedAt === undefined) {
    return [record?.status === 'skip' ? 'skip' : 'not started']
  }
  const status = record.status === 'ok' ? '' : `${statusOf(record, runStatus)} · `
  const tries = triesOf(record)
  const attempts = tries > 1 ? ` · ${tries} attempts` : ''
  const ending = `${status}${formatDuration(record.endedAt - record.startedAt)}${attempts}`
  return record.items === undefined ? [ending] : [ending, ...itemLinesOf(record.items)]
}

/** A node names so many failed items. */
const MOST_NAMED = 3
/** Columns of a key. The rest is cut. */
const KEY_COLUMNS = 40

/** The counts of a map's items, and the keys of those that failed. */
function itemLinesOf(items: MapRecord): string[] {
  const failed = items.records.filter(({ status }) => status === 'fail').slice(0, MOST_NAMED)
  if (failed.length === 0) return [countsOfItems(items)]
  const named = failed.map(({ key }) => cutTo(plainLine(key), KEY_COLUMNS))
  const more = items.fail > failed.length ? [`${grouped(items.fail - failed.length)} more`] : []
  return [countsOfItems(items), `failed: ${[...named, ...more].join(', ')}`]
}

/** Replaces everything that Mermaid or HTML could interpret by character codes. */
function escaped(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N} _\-/:.,·…]/gu, (character) => `#${character.codePointAt(0)};`)
}
