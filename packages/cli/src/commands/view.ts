import { open, readFile, stat } from 'node:fs/promises'

import type { PipelineReport } from '@stageflow/core'
import { codeOf, read, show as shownValue } from '@stageflow/core/kit'

import { CommandError } from '../command-error.ts'
import { drawReport } from '../drawing.ts'
import { guess } from '../guess.ts'
import { eventOn, LogRuns, MOST_RUNS, reportOf, UNFINISHED } from '../log-runs.ts'
import type { LogRun } from '../log-runs.ts'
import { printJson, redacted, shownError, shownText } from '../shown.ts'
import { tableLines } from '../table.ts'
import { print } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'
import { elapsedText, timeText } from '../times.ts'
import { statusCell } from './runs.ts'

export async function view(
  { file, id }: { readonly file: string; readonly id: string | undefined },
  { json }: { readonly json?: true },
  terminal: Terminal,
): Promise<void> {
  await checkIsFile(file)
  if (await isLog(file)) return viewLog(file, id, json, terminal)
  if (id !== undefined)
    throw new CommandError(
      `"${file}" is the report of one run. Leave out "${id}": an id is for a log with several runs.`,
    )
  viewReport(await readReport(file), json, terminal)
}

async function checkIsFile(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') throw new CommandError(`There is no file "${file}". Check the path.`)
    throw error
  })
  if (!found.isFile()) throw new CommandError(`"${file}" is not a file. Pass RUN.json or LOG.jsonl.`)
}

/** Whether the first line is an event. */
async function isLog(file: string): Promise<boolean> {
  for await (const line of linesOf(file)) return eventOn(line) !== undefined
  return false
}

async function* linesOf(file: string): AsyncGenerator<string> {
  await using handle = await open(file)
  yield* handle.readLines()
}

/** The report of a run: `result.report`, or a result that has it, such as `show --json --data` prints. */
async function readReport(file: string): Promise<unknown> {
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
  if (read(report, 'stages') !== undefined) return report
  throw new CommandError(
    `"${file}" is JSON, and not the report of a run: it is ${shownValue(value)} without "stages". Write one with JSON.stringify(result.report).`,
  )
}

function viewReport(report: unknown, json: true | undefined, terminal: Terminal): void {
  if (json === true) printJson(terminal, redacted(report))
  else print(terminal, ...drawReport(report as PipelineReport, terminal))
}

async function viewLog(
  file: string,
  id: string | undefined,
  json: true | undefined,
  terminal: Terminal,
): Promise<void> {
  const log = new LogRuns(id)
  for await (const line of linesOf(file)) {
    const event = eventOn(line)
    if (event !== undefined) log.add(event)
  }
  const runs = [...log.runs.values()]
  const [first] = runs
  if (first === undefined) throw id === undefined ? noRun(file) : await unknownRun(file, id)
  if (runs.length === 1) return viewReport(reportOf(first), json, terminal)
  if (json === true) return printJson(terminal, redacted(runs.map(summaryOf)))
  print(terminal, ...tableLines(['status', 'run', 'pipeline', 'started', 'time', 'error'], runs.map(rowOf), terminal))
  if (log.dropped > 0) print(terminal, `These are the newest ${MOST_RUNS}. ${log.dropped} older ones are left out.`)
  print(terminal, `To draw one: stageflow view ${file} ID`)
}

const noRun = (file: string): CommandError =>
  new CommandError(
    `"${file}" has no event "pipeline.started", so it tells of no run. Pass a log that begins before the run.`,
  )

async function unknownRun(file: string, id: string): Promise<CommandError> {
  const all = new LogRuns()
  for await (const line of linesOf(file)) {
    const event = eventOn(line)
    if (event !== undefined) all.add(event)
  }
  return new CommandError(
    `"${file}" has no run "${id}".${guess(id, all.runs.keys())} Without an id, the command lists those that it has.`,
  )
}

const summaryOf = ({ runId, pipeline, status, startedAt, endedAt, error }: LogRun): Omit<LogRun, 'stages'> => ({
  runId,
  pipeline,
  status,
  startedAt,
  endedAt,
  error,
})

const rowOf = ({ runId, pipeline, status, startedAt, endedAt, error }: LogRun) => [
  status === undefined ? { text: UNFINISHED, style: 'cyan' as const } : statusCell(status),
  { text: shownText(runId) },
  { text: shownText(pipeline) },
  { text: timeText(startedAt) },
  { text: elapsedText(startedAt, endedAt) },
  { text: error === undefined ? '' : shownError(error), style: 'dim' as const },
]
