import { writeFile } from 'node:fs/promises'

import { codeOf } from '@stageflow/core/kit'
import { inspector } from '@stageflow/inspector'
import type { InspectorOptions } from '@stageflow/inspector'
import type { RunReport } from '@stageflow/report'

import { CommandError } from '../command-error.ts'
import { drawReport } from '../drawing.ts'
import { MOST_RUNS, reportOf } from '../log-runs.ts'
import type { LogRun } from '../log-runs.ts'
import { servePage } from '../page.ts'
import { quoted } from '../quoted.ts'
import { checkIsFile, eventLines, isLog, readLog, readReport } from '../run-file.ts'
import { printJson, redacted, shownError, shownText } from '../shown.ts'
import { tableLines } from '../table.ts'
import { print } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'
import { elapsedText, timeText } from '../times.ts'
import { statusCell } from './runs.ts'

interface ViewOptions {
  readonly json?: true
  readonly html?: string
  readonly web?: true
  readonly data?: boolean
}

export async function view(
  { file, id }: { readonly file: string; readonly id: string | undefined },
  { json, html, web, data = false }: ViewOptions,
  terminal: Terminal,
): Promise<void> {
  await checkIsFile(file)
  if (id !== undefined) await checkTakesId(file, id, web)
  if (web === true) return servePage({ ...(await sourceOf(file)), data }, terminal)
  if (html !== undefined) return writeHtml(file, id, { html, data }, terminal)
  if (data) throw new CommandError('--data is for the page: pass --web or --html too.')
  if (await isLog(file)) return viewLog(file, id, json, terminal)
  viewReport(await readReport(file), json, terminal)
}

async function checkTakesId(file: string, id: string, web: true | undefined): Promise<void> {
  if (web === true) throw new CommandError(`--web shows all runs of "${file}". Leave out "${id}".`)
  if (await isLog(file)) return
  throw new CommandError(`"${file}" is the report of one run. Leave out "${id}": an id is for a log with several runs.`)
}

/** The runs of a file for a page, or one with its child runs: a long log may have more than a page keeps. */
async function sourceOf(file: string, runId?: string): Promise<InspectorOptions> {
  if (await isLog(file)) return { log: await eventLines(file, runId) }
  return { reports: [await readReport(file)] }
}

async function writeHtml(
  file: string,
  id: string | undefined,
  { html, data }: { readonly html: string; readonly data: boolean },
  terminal: Terminal,
): Promise<void> {
  const runId = await oneRunIn(file, id)
  const page = inspector({ ...(await sourceOf(file, runId)), data })
  const text = await page.htmlOf(runId)
  await page.close()
  await writeFile(html, text, { flag: 'wx' }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') throw new CommandError(`The folder of "${html}" does not exist. Make it first.`)
    if (codeOf(error) !== 'EEXIST') throw error
    throw new CommandError(`There is a file "${html}" already. Choose another name, or remove it.`)
  })
  print(terminal, `Written: ${html}. It loads nothing from elsewhere.`)
}

/** The run that is meant: the one of a report, or of a log, or the named one. */
async function oneRunIn(file: string, id: string | undefined): Promise<string> {
  if (!(await isLog(file))) return (await readReport(file)).pipelineRunId
  const [first, ...others] = [...(await readLog(file, id)).runs.keys()]
  if (first !== undefined && others.length === 0) return first
  throw new CommandError(`"${file}" has ${others.length + 1} runs. Name one: stageflow view ${file} ID --html RUN.html`)
}

function viewReport(report: RunReport, json: true | undefined, terminal: Terminal): void {
  if (json === true) printJson(terminal, redacted(report))
  else print(terminal, ...drawReport(report, terminal))
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
  print(terminal, `To draw one: stageflow view ${quoted(file)} ID`)
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
