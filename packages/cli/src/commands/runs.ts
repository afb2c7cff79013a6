import { systemClock } from '@stageflow/core'
import type { RunStatus, RunSummary } from '@stageflow/durable-local'

import { CommandError } from '../command-error.ts'
import { look } from '../journal/open-runs.ts'
import { readWords } from '../journal/place.ts'
import type { PlaceFlags } from '../journal/place.ts'
import { servePage } from '../page.ts'
import { printJson, redacted, shownError, shownText } from '../shown.ts'
import { tableLines } from '../table.ts'
import type { Cell } from '../table.ts'
import { print } from '../terminal.ts'
import type { Style, Terminal } from '../terminal.ts'
import { elapsedText, timeText } from '../times.ts'

export const RUN_STATUSES: readonly RunStatus[] = [
  'running',
  'suspended',
  'blocked',
  'completed',
  'cancelled',
  'failed',
]

const STYLES: Readonly<Record<RunStatus, Style>> = {
  running: 'cyan',
  suspended: 'magenta',
  blocked: 'yellow',
  completed: 'green',
  cancelled: 'dim',
  failed: 'red',
}

export const statusCell = (status: RunStatus): Cell => ({ text: shownText(status), style: STYLES[status] })

/** Why a run does not go on, if something must be done. */
export function troubleOf({ owner, error }: RunSummary): string {
  if (owner === 'gone') return 'its process is gone: recover() takes it over'
  return error === undefined ? '' : shownError(error)
}

const MOST = 100

interface RunsOptions extends PlaceFlags {
  readonly status?: RunStatus
  readonly limit?: number
  readonly web?: true
  readonly data?: boolean
  readonly json?: true
}

export async function runs(
  words: readonly string[],
  { status, limit = MOST, web, data = false, json, ...where }: RunsOptions,
  terminal: Terminal,
): Promise<void> {
  const { place } = readWords('runs', words, [], where, terminal.env)
  if (web === true) return look(place, (journal) => servePage({ journal, data }, terminal))
  if (data) throw new CommandError('--data is for the page: pass --web too, or use the command show.')
  const found = await look(place, ({ list }) => list({ limit, ...(status !== undefined && { status }) }))
  if (json === true) return printJson(terminal, found.map(redacted))
  if (found.length === 0)
    return print(terminal, status === undefined ? 'The journal has no runs.' : `No run is ${status}.`)
  const rows = found.map((run) => [
    statusCell(run.status),
    { text: shownText(run.runId) },
    { text: shownText(run.pipeline) },
    { text: timeText(run.startedAt) },
    { text: timeOf(run) },
    { text: troubleOf(run), style: 'dim' as const },
  ])
  print(terminal, ...tableLines(['status', 'run', 'pipeline', 'started', 'time', 'trouble'], rows, terminal))
  if (found.length === limit) print(terminal, `These are the newest ${limit}. For more: --limit ${limit * 10}`)
}

/** How long a run took; of one that hasn't ended, how long it runs or waits. */
export function timeOf({ status, startedAt, updatedAt }: RunSummary): string {
  if (status === 'running') return elapsedText(startedAt, systemClock.now())
  if (status === 'suspended' || status === 'blocked') return elapsedText(updatedAt, systemClock.now())
  return elapsedText(startedAt, updatedAt)
}
