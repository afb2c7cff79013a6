import type { PipelineReport } from '@stageflow/core'
import { FLAG, checkArgumentCount, checkOptions, formatDuration, plainLine } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { readBoth, type ComparedCall, type RunRecording } from './compared-run.ts'
import { changesIn } from './diff-values.ts'
import { painter, type Paint } from './terminal-style.ts'

export interface DiffOptions {
  /** Whether to color it for a terminal. Default: false. */
  readonly color?: boolean
}

const RULES: OptionRules<DiffOptions> = { color: FLAG }

/** Differences in time below both of these say nothing. */
const LEAST_MS = 50
const LEAST_PART = 0.2

/**
 * Writes how one run differs from another: the status, error and attempts of each stage, and times that differ by at least 50 ms and a
 * fifth. It takes two reports, or two recordings such as cassettes: those also have the input, data and chunks. Two runs that don't differ
 * give an empty string.
 */
export function diffRuns(before: PipelineReport, after: PipelineReport, options?: DiffOptions): string
export function diffRuns(before: RunRecording, after: RunRecording, options?: DiffOptions): string
export function diffRuns(
  before: PipelineReport | RunRecording,
  after: PipelineReport | RunRecording,
  options: DiffOptions = {},
): string {
  checkArgumentCount(arguments.length, 3, 'diffRuns(before, after, options)', 'report/illegal-option')
  checkOptions('diffRuns()', 'report/illegal-option', options, RULES)
  const paint = painter(options.color === true)
  const [was, is] = readBoth(before, after)
  const input = changesIn(was.input, is.input, 'input').map((change) => `  ${change}`)
  const keys = inOrder([...new Set([...was.calls.keys(), ...is.calls.keys()])])
  const rows = keys.flatMap((key) => linesOfCall(key, was.calls.get(key), is.calls.get(key), paint))
  const time = durations(was.ms, is.ms)
  const isAlike = was.pipeline === is.pipeline && was.status === is.status && time === ''
  if (isAlike && input.length === 0 && rows.length === 0) return ''
  const name = either(plainLine(was.pipeline), plainLine(is.pipeline), paint)
  const status = either(plainLine(was.status), plainLine(is.status), paint)
  return [`${name}: ${status}${time}`, ...input, ...rows].join('\n')
}

/**
 * Puts the items of a map beside each other, in the order of their keys. Which of them settled first differs from run to run. Stages stay in
 * the order in which they settled.
 */
function inOrder(keys: readonly string[]): readonly string[] {
  const { compare } = new Intl.Collator('en', { numeric: true })
  const stages = keys.map(stageOf)
  const placeOf = (key: string): number => stages.indexOf(stageOf(key))
  return keys.toSorted((one, other) => placeOf(one) - placeOf(other) || compare(one, other))
}
const stageOf = (key: string): string => key.split('#', 1)[0] as string

/** How the calls under a key differ, on a line for their status and time and one for each detail. */
function linesOfCall(
  key: string,
  old: ComparedCall | undefined,
  now: ComparedCall | undefined,
  paint: Paint,
): readonly string[] {
  const status = either(plainLine(old?.status ?? NOT_RUN), plainLine(now?.status ?? NOT_RUN), paint)
  const head = `  ${plainLine(key)}: ${status}`
  if (old === undefined || now === undefined) return [head]
  const time = durations(old.ms, now.ms)
  const details = detailsOf(old, now)
  const isAlike = old.status === now.status && time === '' && details.length === 0
  return isAlike ? [] : [head + time, ...details.map((detail) => `    ${detail}`)]
}

const NOT_RUN = 'did not run'

const either = (was: string, is: string, paint: Paint): string =>
  was === is ? is : `${paint(was, 'red')} → ${paint(is, 'green')}`

/** Two durations, if they differ enough. */
function durations(was: number, is: number): string {
  const by = Math.abs(is - was)
  if (by < LEAST_MS || by < LEAST_PART * Math.max(was, is)) return ''
  return `, ${formatDuration(was)} → ${formatDuration(is)}`
}

function detailsOf(old: ComparedCall, now: ComparedCall): readonly string[] {
  const parts = Object.keys(old.details).flatMap((part) => changesIn(old.details[part], now.details[part], part))
  return old.attempts === now.attempts ? parts : [...parts, `attempts: ${old.attempts} → ${now.attempts}`]
}
