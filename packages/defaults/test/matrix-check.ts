import { isStageEvent } from '@stageflow/core'
import type { Interceptor, PipelineReport, StageRecord } from '@stageflow/core'
import { createKit } from './matrix-kit.ts'
import type { Kit, Name, Twins } from './matrix-kit.ts'
import { TABLE } from './matrix-table.ts'
import type { Result, Row } from './matrix-table.ts'

/** The problems of these interceptors in rows of the table, all of them by default. `beside`: interceptors outside them all. */
export async function matrixProblems(
  names: readonly Name[],
  twins?: Twins,
  beside?: readonly Interceptor[],
  rows: readonly Row[] = TABLE,
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const row of rows) {
    const kit = createKit(names, twins, beside)
    const results = await row.scenario(kit)
    const found = [...endingProblems(row, names, results), ...(await agreementProblems(kit, names, results))]
    problems.push(...found.map((problem) => `${row.stage}: ${problem}`))
  }
  return problems
}

function endingProblems(row: Row, names: readonly Name[], results: readonly Result[]): readonly string[] {
  const [, wanted = ''] = row.ends.find(([within]) => within.every((name) => names.includes(name))) ?? []
  const ending = describe(results.at(-1) as Result, wanted.includes('{'))
  return ending === wanted ? [] : [`ended as "${ending}", not as "${wanted}"`]
}

function describe(result: Result, withData: boolean): string {
  const error = result.status === 'failed' ? ` ${String(result.errors[0]?.code)}` : ''
  const stages = Object.values(result.report.stages).map((record) =>
    [
      record.stage,
      record.status,
      ...(record.tolerated === true ? ['tolerated'] : []),
      ...(record.error === undefined ? [] : [record.error.code]),
      ...(record.abandoned === true ? ['abandoned'] : []),
      `×${record.attempts.length}`,
    ].join(' '),
  )
  return `${result.status}${error}: ${stages.join(', ')}${withData ? ` ${JSON.stringify(result.data)}` : ''}`
}

/** All reports, with those of child runs. */
function reportsOf(results: readonly Result[]): readonly PipelineReport[] {
  const withChildren = (report: PipelineReport): readonly PipelineReport[] => [
    report,
    ...Object.values(report.stages).flatMap(({ children = [] }) => children.flatMap(withChildren)),
  ]
  return results.flatMap(({ report }) => withChildren(report))
}

/** The stages that settled, without those that never started because the run ended. */
const settledOf = (report: PipelineReport): readonly StageRecord[] =>
  Object.values(report.stages).filter(({ startedAt, status }) => startedAt !== undefined || status !== 'cancel')

/** Where report, events, lines, spans and metrics disagree about these runs, and what was left behind. */
export async function agreementProblems(
  kit: Kit,
  names: readonly Name[],
  results: readonly Result[],
): Promise<readonly string[]> {
  const reports = reportsOf(results)
  return [
    ...reports.flatMap((report) => eventProblems(kit, report)),
    ...(names.includes('logging') ? reports.flatMap((report) => lineProblems(kit, report)) : []),
    ...(names.includes('tracing') ? reports.flatMap((report) => spanProblems(kit, report)) : []),
    ...(names.includes('metrics') ? await metricProblems(kit, reports) : []),
    ...reports.flatMap(({ notes }) => (notes['core/problems'] ?? []).map(({ message }) => `a problem: ${message}`)),
    ...(kit.clock.timers.length > 0 ? [`${kit.clock.timers.length} timers are left`] : []),
    ...(kit.openSpans > 0 ? [`${kit.openSpans} spans have not ended`] : []),
    ...(kit.tracker.stats().activeChildren > 0 ? ['runs are still tracked'] : []),
  ]
}

const TERMINAL = {
  ok: ['completed'],
  fail: ['failed'],
  skip: ['skipped'],
  cancel: ['cancelled', 'abandoned'],
  suspend: ['suspended'],
} as const
const KINDS = ['completed', 'failed', 'skipped', 'cancelled', 'suspended', 'abandoned'] as const

function eventProblems({ sink }: Kit, report: PipelineReport): readonly string[] {
  const own = sink.events.filter(({ pipelineRunId }) => pipelineRunId === report.pipelineRunId)
  const problems: string[] = []
  if (own.at(-1)?.type !== `pipeline.${report.status}`) problems.push(`its last event is ${own.at(-1)?.type}`)
  if (own.filter(({ type }) => /^pipeline\.(completed|failed|cancelled|suspended)$/.test(type)).length !== 1)
    problems.push('the run has not one terminal event')
  const settled = new Set(settledOf(report))
  for (const record of Object.values(report.stages)) {
    const ends = KINDS.filter((kind) => own.some((event) => event.stage === record.stage && isStageEvent(event, kind)))
    const wanted: readonly string[] = settled.has(record) ? TERMINAL[record.status ?? 'cancel'] : []
    const isRight = settled.has(record) ? ends.length === 1 && wanted.includes(ends[0] as string) : ends.length === 0
    if (!isRight) problems.push(`${record.stage} ended ${record.status}, with the events ${ends.join(' ') || 'none'}`)
  }
  return problems
}

function lineProblems({ lines }: Kit, report: PipelineReport): readonly string[] {
  const own = lines.filter(({ pipelineRunId }) => pipelineRunId === report.pipelineRunId)
  const problems = settledOf(report).flatMap(({ stage, status, error }) => {
    const said = own.filter((line) => line.stage === stage).map((line) => `${line.status} ${line.error?.code ?? ''}`)
    return said.join() === `${status} ${error?.code ?? ''}`
      ? []
      : [`${stage} ended ${status}, logged as "${said.join()}"`]
  })
  const ends = own.filter(({ stage }) => stage === undefined).map(({ status }) => status)
  return ends.join() === report.status ? problems : [...problems, `the run is logged as "${ends.join()}"`]
}

function spanProblems({ spans }: Kit, report: PipelineReport): readonly string[] {
  const own = spans.filter(({ attributes }) => attributes['stageflow.run.id'] === report.pipelineRunId)
  const runs = own.filter(({ name }) => name === `invoke_workflow ${report.pipeline}`)
  const problems =
    runs.map(({ attributes }) => attributes['stageflow.run.status']).join() === report.status &&
    runs[0]?.isError === (report.status === 'failed')
      ? []
      : [`the run has the spans ${JSON.stringify(runs)}`]
  for (const { stage, status, attempts } of settledOf(report)) {
    const spansOfStage = own.filter(({ attributes }) => attributes['stageflow.stage.name'] === stage)
    const agree = spansOfStage.some(
      ({ attributes, isError }) => attributes['stageflow.stage.status'] === status && isError === (status === 'fail'),
    )
    if (spansOfStage.length < Math.max(1, attempts.length)) problems.push(`${stage} has ${spansOfStage.length} spans`)
    else if (!agree) problems.push(`${stage} ended ${status}, its spans say ${JSON.stringify(spansOfStage)}`)
  }
  return problems
}

async function metricProblems({ registry }: Kit, reports: readonly PipelineReport[]): Promise<readonly string[]> {
  const wanted = new Map<string, number>()
  const add = (key: string): unknown => wanted.set(key, (wanted.get(key) ?? 0) + 1)
  for (const report of reports) {
    add(`run ${report.pipeline} ${report.status}`)
    for (const { stage, status } of settledOf(report)) add(`stage ${report.pipeline}/${stage} ${status}`)
  }
  const found = new Map<string, number>()
  const problems: string[] = []
  for (const { name, values } of await registry.getMetricsAsJSON()) {
    for (const { labels, value } of values) {
      if (name.endsWith('_in_flight') && value !== 0) problems.push(`${name} ${JSON.stringify(labels)} is ${value}`)
      if (name === 'stageflow_runs_total' && value > 0)
        found.set(`run ${labels['pipeline']} ${labels['status']}`, value)
      if (name === 'stageflow_stages_total' && value > 0)
        found.set(`stage ${labels['pipeline']}/${labels['stage']} ${labels['status']}`, value)
    }
  }
  for (const key of new Set([...wanted.keys(), ...found.keys()]))
    if (wanted.get(key) !== found.get(key))
      problems.push(`${key}: ${wanted.get(key) ?? 0} in the reports, ${found.get(key) ?? 0} in the metrics`)
  return problems
}
