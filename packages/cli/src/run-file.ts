import { open, readFile, stat } from 'node:fs/promises'

import type { PipelineReport } from '@stageflow/core'
import { codeOf, read, show as shownValue } from '@stageflow/core/kit'

import { CommandError } from './command-error.ts'
import { guess } from './guess.ts'
import { eventOn, LogRuns } from './log-runs.ts'

// A file that tells of a run: its report as JSON, or a log of events as JSON lines.

export async function checkIsFile(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') throw new CommandError(`There is no file "${file}". Check the path.`)
    throw error
  })
  if (!found.isFile()) throw new CommandError(`"${file}" is not a file. Pass RUN.json or LOG.jsonl.`)
}

/** Whether it begins with events. The first line may be half of one: a log is perhaps cut while it is written. */
export async function isLog(file: string): Promise<boolean> {
  let lines = 0
  for await (const line of linesOf(file)) {
    if (eventOn(line) !== undefined) return true
    if (++lines === LINES_LOOKED_AT) return false
  }
  return false
}
const LINES_LOOKED_AT = 5

async function* linesOf(file: string): AsyncGenerator<string> {
  await using handle = await open(file)
  yield* handle.readLines()
}

/**
 * The report of a run: `result.report`, or a result that has it, such as `show --json --data` prints. What draws, shows or compares it checks
 * the rest of it, and throws `report/not-a-report`.
 */
export async function readReport(file: string): Promise<PipelineReport> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new CommandError(
      `"${file}" is neither JSON nor a log of events. Write one with JSON.stringify(result.report), or with @stageflow/exporter-jsonl.`,
      { cause: error },
    )
  }
  const report = read(value, 'report') ?? read(read(value, 'result'), 'report') ?? value
  if (read(report, 'stages') !== undefined) return report as PipelineReport
  throw new CommandError(
    `"${file}" is JSON, and not the report of a run: it is ${shownValue(value)} without "stages". Write one with JSON.stringify(result.report).`,
  )
}

/** The events of a log, a line each: of all its runs, or of one and its child runs. Half a line of a process that was killed is left out. */
export async function eventLines(file: string, runId?: string): Promise<string> {
  const lines: string[] = []
  const wanted = new Set([runId])
  for await (const line of linesOf(file)) {
    const event = eventOn(line)
    if (event === undefined || (runId !== undefined && !wanted.has(event.pipelineRunId))) continue
    const child = event.type === 'pipeline.child_started' ? event.data['childRunId'] : undefined
    if (typeof child === 'string') wanted.add(child)
    lines.push(line)
  }
  return lines.join('\n')
}

/** The runs of a log, or the one that is named. Throws a `CommandError` if it has none. */
export async function readLog(file: string, id?: string): Promise<LogRuns> {
  const log = await collect(file, id)
  if (log.runs.size > 0) return log
  if (id === undefined)
    throw new CommandError(
      `"${file}" has no event "pipeline.started", so it tells of no run. Pass a log that begins before the run.`,
    )
  const { runs } = await collect(file)
  throw new CommandError(
    `"${file}" has no run "${id}".${guess(id, runs.keys())} Without an id, the command view lists those that it has.`,
  )
}

async function collect(file: string, id?: string): Promise<LogRuns> {
  const log = new LogRuns(id)
  for await (const line of linesOf(file)) {
    const event = eventOn(line)
    if (event !== undefined) log.add(event)
  }
  return log
}
