import type { RunAuthor } from '@stageflow/core'
import type { AskedRequest, RunDetails, RunStatus, TimelineEntry } from '@stageflow/durable-local'

import { drawReport } from '../drawing.ts'
import { look } from '../journal/open-runs.ts'
import { flagsOf, readWords } from '../journal/place.ts'
import type { Place, PlaceFlags } from '../journal/place.ts'
import { quoted } from '../quoted.ts'
import { printJson, redacted, safeJson, shownText } from '../shown.ts'
import { tableLines } from '../table.ts'
import { paint, print } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'
import { elapsedText, timeText } from '../times.ts'
import { oneRun, pathOf } from './one-run.ts'
import { statusCell, timeOf, troubleOf } from './runs.ts'

export async function show(
  words: readonly string[],
  { data, json, ...where }: PlaceFlags & { data?: true; json?: true },
  terminal: Terminal,
): Promise<void> {
  const { place, rest } = readWords('show', words, ['ID'], where, terminal.env)
  const [runId = ''] = rest
  const run = await look(place, (runs) => oneRun(runs, runId, { facts: data === true }))
  if (json === true) return printJson(terminal, redacted(asJson(run, data === true)))
  const parts = [
    headLines(run, terminal),
    drawing(run, terminal),
    inProgressLines(run, terminal),
    requestLines(run, place, terminal),
    eventLines(run, terminal),
    troubleLines(run, terminal),
    data === true ? dataLines(run, terminal) : [],
  ]
  print(
    terminal,
    ...parts.filter((lines) => lines.length > 0).flatMap((lines, at) => (at === 0 ? lines : ['', ...lines])),
  )
}

/** What programs get. The report has the notes of stages, which are data too. */
function asJson({ input, result, facts, ...run }: RunDetails, hasData: boolean): object {
  return hasData ? { ...run, input, result, facts } : run
}

const head = ({ output }: Terminal, text: string): string => paint(output, 'bold', text)

const VERBS: Readonly<Partial<Record<RunStatus, string>>> = {
  running: 'has run for',
  suspended: 'has waited for',
  blocked: 'has been blocked for',
}

function headLines(run: RunDetails, { output }: Terminal): string[] {
  const { text, style } = statusCell(run.status)
  const status = style === undefined ? text : paint(output, style, text)
  const facts = [
    `started ${timeText(run.startedAt)}`,
    `${VERBS[run.status] ?? 'took'} ${timeOf(run)}`,
    ...(run.leg > 1 ? [`leg ${run.leg}`] : []),
    ...(run.userId === undefined ? [] : [`user ${shownText(run.userId)}`]),
    ...(run.orgId === undefined ? [] : [`organization ${shownText(run.orgId)}`]),
  ]
  return [`${paint(output, 'bold', shownText(run.runId))} · ${status}`, paint(output, 'dim', facts.join(' · '))]
}

/** The timeline of its report. A run in progress has none yet. */
function drawing({ result }: RunDetails, terminal: Terminal): string[] {
  if (result === undefined) return []
  return drawReport(result.report, terminal)
}

function inProgressLines({ inProgress, owner }: RunDetails, terminal: Terminal): string[] {
  if (inProgress.length === 0) return []
  const names = inProgress.map(({ key }) => shownText(key)).join(', ')
  return [`${head(terminal, owner === 'here' ? 'In progress' : 'Can be in progress')}: ${names}`]
}

function requestLines({ requests, runId }: RunDetails, place: Place, terminal: Terminal): string[] {
  if (requests.length === 0) return []
  const lines = requests.flatMap((asked) => {
    const words = answerWords(place, runId, pathOf(asked))
    return [
      ...questionLines(asked, terminal),
      ...(asked.until === undefined ? [] : [`    until ${timeText(asked.until)}, then it goes on without an answer`]),
      ...(asked.answerSchema === undefined ? [] : [`    takes ${shownText(safeJson(asked.answerSchema))}`]),
      paint(terminal.output, 'dim', `    ${words}`),
    ]
  })
  return [head(terminal, 'Waits for an answer'), ...lines]
}

const LONGEST_LINE = 100
const MOST_LINES = 20

/** A short request stands beside the name of its stage, and a long one below it. */
function questionLines(asked: AskedRequest, { output }: Terminal): string[] {
  const name = `  ${paint(output, 'magenta', shownText(pathOf(asked)))}`
  const request = redacted(asked.request)
  const short = safeJson(request)
  if (short.length <= LONGEST_LINE) return [`${name}  ${short}`]
  const lines = safeJson(request, 2).split('\n')
  const left = lines.length - MOST_LINES
  const more = left > 0 ? [paint(output, 'dim', `… ${left} more lines: --json prints all`)] : []
  return [name, ...[...lines.slice(0, MOST_LINES), ...more].map((line) => `    ${line}`)]
}

/** The command that answers a request. After `--` no word is taken for an option. */
function answerWords(place: Place, runId: string, path: string): string {
  const words = place.kind === 'file' ? [place.path, runId, path] : [runId, path]
  const flags = place.kind === 'file' ? [] : [flagsOf(place)]
  const end = words.some((word) => word.startsWith('-')) ? ['--'] : []
  return ['stageflow answer', ...flags, ...end, ...words.map(quoted), 'VALUE'].join(' ')
}

/** What is in no drawing: what people and other processes asked for. While there is no drawing, the calls too. */
function eventLines({ timeline: entries, result, startedAt }: RunDetails, terminal: Terminal): string[] {
  const shown = entries.filter(({ kind }) => result === undefined || (kind !== 'call' && kind !== 'timer'))
  if (shown.length === 0) return []
  const rows = shown.map((entry) => [
    { text: `+${elapsedText(startedAt, entry.at)}`, style: 'dim' as const },
    { text: wordFor(entry) },
    { text: shownText(entry.key) },
    { text: factsOf(entry) },
  ])
  const lines = tableLines(['after', 'what', 'stage', ''], rows, terminal)
  return [head(terminal, 'What happened'), ...lines.map((line) => `  ${line}`)]
}

const WORDS: Readonly<Record<TimelineEntry['kind'], string>> = {
  call: 'called',
  answer: 'answered',
  stop: 'cancelled',
  interrupt: 'interrupted',
  retry: 'tried again',
  timer: 'time passed',
}
const wordFor = ({ kind }: TimelineEntry): string => WORDS[kind]

function factsOf({ status, startedAt, endedAt, by, taken, refused, again }: TimelineEntry): string {
  return [
    ...(status === undefined ? [] : [status]),
    ...(startedAt === undefined || endedAt === undefined ? [] : [elapsedText(startedAt, endedAt)]),
    ...(by === undefined ? [] : [`by ${authorText(by)}`]),
    ...(refused === true ? ['refused: its question did not get it'] : taken === false ? ['kept, not taken yet'] : []),
    ...(again === undefined || again.length === 0 ? [] : [`again: ${again.map(shownText).join(', ')}`]),
  ].join(', ')
}

function authorText(by: RunAuthor): string {
  return shownText(
    Object.values(by)
      .filter((part) => typeof part === 'string')
      .join(', '),
  )
}

/** Why a run was cancelled, failed, or does not go on. */
function troubleLines(run: RunDetails, terminal: Terminal): string[] {
  const trouble = troubleOf(run)
  if (trouble !== '') return [`${head(terminal, 'Trouble')}: ${paint(terminal.output, 'red', trouble)}`]
  if (run.result?.status !== 'cancelled') return []
  return [`${head(terminal, 'Cancelled')}: ${shownText(run.result.reason)}`]
}

function dataLines({ input, result, facts = [] }: RunDetails, terminal: Terminal): string[] {
  const answers = facts.filter(({ kind }) => kind === 'answer').map(({ key, value }) => [key, value] as const)
  const values = [
    ['input', input] as const,
    ...Object.entries(result?.data ?? {}),
    ...answers.map(([key, value]) => [`${key} (answer)`, value] as const),
  ]
  const lines = values.flatMap(([name, value]) => [
    `  ${paint(terminal.output, 'cyan', shownText(name))}`,
    ...safeJson(redacted(value), 2)
      .split('\n')
      .map((line) => `    ${line}`),
  ])
  return [head(terminal, 'Data'), ...lines]
}
