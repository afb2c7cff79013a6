import type { RunReport } from '@stageflow/report'

import { CommandError } from '../command-error.ts'
import { drawReport } from '../drawing.ts'
import { MOST_RUNS, reportOf } from '../log-runs.ts'
import type { LogRun } from '../log-runs.ts'
import { checkIsFile, isLog, readLog, readReport } from '../run-file.ts'
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

function viewReport(report: unknown, json: true | undefined, terminal: Terminal): void {
  if (json === true) printJson(terminal, redacted(report))
  else print(terminal, ...drawReport(report as RunReport, terminal))
}

async function viewLog(
  file: string,
  id: string | undefined,
  json: true | undefined,
  terminal: Terminal,
): Promise<void> {
  const { runs: byId, dropped } = await readLog(file, id)
  const runs = [...byId.values()]
  const [first] = runs
  if (first !== undefined && runs.length === 1) {
    viewReport(reportOf(first), json, terminal)
    if (first.status === undefined && json !== true) print(terminal, '', 'The log ends before the run does.')
    return
  }
  if (json === true) return printJson(terminal, redacted(runs.map(summaryOf)))
  print(terminal, ...tableLines(['status', 'run', 'pipeline', 'started', 'time', 'error'], runs.map(rowOf), terminal))
  if (dropped > 0) print(terminal, `These are the newest ${MOST_RUNS}. ${dropped} older ones are left out.`)
  print(terminal, `To draw one: stageflow view ${file} ID`)
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
  status === undefined ? { text: 'unfinished', style: 'cyan' as const } : statusCell(status),
  { text: shownText(runId) },
  { text: shownText(pipeline) },
  { text: timeText(startedAt) },
  { text: elapsedText(startedAt, endedAt) },
  { text: error === undefined ? '' : shownError(error), style: 'dim' as const },
]
