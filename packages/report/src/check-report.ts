import { StageflowError, type PipelineInfo } from '@stageflow/core'
import { show } from '@stageflow/core/kit'
import type { RunReport } from './run-in-progress.ts'

/** Checks the report of a run that has ended. Throws one error with everything that is missing. */
export function checkReport(report: unknown): void {
  const problems = isObject(report)
    ? problemsIn(report, { status: isText, endedAt: isTime })
    : [`it is ${show(report)}`]
  if (problems.length > 0) throw notAReport('that has ended', problems)
}

/** The same, also for a run in progress. */
export function checkRun(report: RunReport): void {
  const value: unknown = report
  if (!isObject(value) || value['status'] !== 'running') return checkReport(value)
  const problems = problemsIn(value, { now: isTime, endedAt: (endedAt) => endedAt === undefined })
  if (problems.length > 0) throw notAReport('in progress', problems)
}

function problemsIn(report: Readonly<Record<string, unknown>>, more: Readonly<Record<string, Check>>): string[] {
  const stages = isObject(report['stages']) ? report['stages'] : {}
  const problems = unfit(report, '', {
    pipeline: isText,
    pipelineRunId: isText,
    startedAt: isTime,
    ...more,
    stages: isObject,
    legs: isMissingOr((legs) => Array.isArray(legs) && legs.every((leg) => isLeg(leg, stages))),
  })
  return [...problems, ...Object.entries(stages).flatMap(([name, record]) => problemsOf(name, record, stages))]
}

/** Checks the recording of a run, such as a cassette. */
export function checkRecording(recording: unknown): void {
  const problems = isObject(recording)
    ? unfit(recording, '', {
        pipeline: isText,
        start: (start) => isObject(start) && isTime(start['startedAt']) && isObject(start['input']),
        facts: (facts) => Array.isArray(facts) && facts.every(isFact),
        end: (end) => isObject(end) && isText(end['status']) && isTime(end['at']),
      })
    : [`it is ${show(recording)}`]
  if (problems.length === 0) return
  throw new StageflowError(
    'report/not-a-report',
    `This is not the recording of a run: ${problems.join('; ')}. Pass the cassette of recordRun(), or parseCassette(text).`,
  )
}

function isFact(fact: unknown): boolean {
  if (!isObject(fact) || !isText(fact['kind']) || !isText(fact['key'])) return false
  const { kind, facts } = fact
  if (kind !== 'call') return true
  return isObject(facts) && isText(facts['status']) && isTime(facts['startedAt']) && isTime(facts['endedAt'])
}

/** Checks the description of a pipeline, such as `graph.info`. */
export function readPipeline(pipeline: PipelineInfo): PipelineInfo {
  const value: unknown = pipeline
  const stages = isObject(value) ? value['stages'] : undefined
  if (Array.isArray(stages) && stages.every(isStage)) return pipeline
  const looksLikeGraph = isObject(value) && isObject(value['info'])
  const given = looksLikeGraph ? 'it looks like a graph' : 'it has no stages with a name and dependencies'
  throw new StageflowError(
    'report/not-a-pipeline',
    `This is not the description of a pipeline: ${given}. Pass graph.info.`,
  )
}

/** Throws if the report is of another pipeline. */
export function checkSamePipeline({ stages }: Pick<RunReport, 'stages'>, pipeline: PipelineInfo): void {
  const records = new Map(Object.entries(stages))
  const names = new Set(pipeline.stages.map(({ name }) => name))
  const strange =
    [...records.keys()].find((name) => !names.has(name)) ?? pipeline.stages.find(({ name }) => !records.has(name))?.name
  if (strange === undefined) return
  const sides = ['report', `pipeline "${pipeline.name}"`]
  const [has, lacks] = records.has(strange) ? sides : sides.toReversed()
  throw new StageflowError(
    'report/other-pipeline',
    `The report is of another pipeline: the ${has} has a stage "${strange}", and the ${lacks} doesn't. Pass graph.info of the graph that ran.`,
  )
}

function problemsOf(name: string, record: unknown, stages: object): readonly string[] {
  const where = `stages[${JSON.stringify(name)}]`
  if (!isObject(record)) return [`${where} is not an object`]
  return unfit(record, `${where}.`, {
    stage: (value) => value === name,
    status: isMissingOr(isText),
    reason: isMissingOr(isText),
    answeredBy: isMissingOr((by) => isObject(by) && Object.values(by).every(isMissingOr(isText))),
    error: isMissingOr(isError),
    readyAt: isMissingOr(isTime),
    startedAt: isMissingOr(isTime),
    endedAt: isMissingOr(isTime),
    releasedBy: isMissingOr((source) => isText(source) && Object.hasOwn(stages, source)),
    attempts: (list) => Array.isArray(list) && list.every(isAttempt),
    children: isMissingOr(Array.isArray),
    childrenLeftOut: isMissingOr(isCount),
    items: isMissingOr(isMapRecord),
    inbox: isMissingOr(isInbox),
  })
}

type Check = (value: unknown) => boolean

function unfit(
  value: Readonly<Record<string, unknown>>,
  where: string,
  checks: Readonly<Record<string, Check>>,
): string[] {
  return Object.entries(checks)
    .filter(([key, fits]) => !fits(value[key]))
    .map(([key]) => `${where}${key} is ${value[key] === undefined ? 'missing' : 'not what a report has there'}`)
}

function isStage(value: unknown): boolean {
  return isObject(value) && isText(value['name']) && Array.isArray(value['dependencies'])
}

/** A leg has some of the stages, with the records that they had then. */
function isLeg(value: unknown, stages: object): boolean {
  if (!isObject(value) || !isTime(value['startedAt']) || !isObject(value['stages'])) return false
  return Object.entries(value['stages']).every(([name, record]) => problemsOf(name, record, stages).length === 0)
}

function isAttempt(value: unknown): boolean {
  return isObject(value) && isTime(value['startedAt']) && isMissingOr(isTime)(value['endedAt'])
}

/** The engine keeps no more records of a map. A longer list is not from a run, and nothing needs to be drawn of it. */
const MOST_RECORDS = 1_000

function isMapRecord(value: unknown): boolean {
  if (!isObject(value)) return false
  const { records } = value
  const counts = ['total', 'ok', 'skip', 'fail', 'unfinished', 'attempts'].map((count) => value[count])
  if (!counts.every(isCount) || !Array.isArray(records)) return false
  return records.length <= Math.min(MOST_RECORDS, Number(value['total'])) && records.every(isItem)
}

function isInbox(value: unknown): boolean {
  if (!isObject(value)) return false
  const { chunks, mostWaiting, dropped, blockedMs } = value
  return [chunks, mostWaiting, dropped].every(isCount) && isTime(blockedMs)
}

function isItem(value: unknown): boolean {
  if (!isObject(value)) return false
  const problems = unfit(value, '', {
    index: isCount,
    key: isText,
    status: isMissingOr(isText),
    reason: isMissingOr(isText),
    error: isMissingOr(isError),
    startedAt: isMissingOr(isTime),
    endedAt: isMissingOr(isTime),
    attempts: isMissingOr((list) => Array.isArray(list) && list.every(isAttempt)),
  })
  return problems.length === 0
}

function isError(value: unknown): boolean {
  return isObject(value) && isText(value['code']) && isText(value['message'])
}

function isMissingOr(fits: Check): Check {
  return (value) => value === undefined || fits(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isTime(value: unknown): value is number {
  return Number.isFinite(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function notAReport(which: string, problems: readonly string[]): StageflowError {
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
  return new StageflowError(
    'report/not-a-report',
    `This is not the report of a run ${which}: ${problems.slice(0, 5).join('; ')}${more}. Pass result.report, or what JSON.parse made of it.`,
  )
}
