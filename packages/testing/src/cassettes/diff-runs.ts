import { withoutRound } from '@stageflow/core/durable'
import type { CallFacts } from '@stageflow/core/durable'
import { FLAG, checkOptions, formatDuration, plainLine } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { checkCassette } from './cassette.ts'
import type { Cassette } from './cassette.ts'
import { changesIn } from './diff-values.ts'

export interface DiffOptions {
  /** Whether to color it for a terminal. Default: false. */
  readonly color?: boolean
}

const RULES: OptionRules<DiffOptions> = { color: FLAG }

/** Differences in time below both of these say nothing. */
const LEAST_MS = 50
const LEAST_PART = 0.2

/** The calls of a stage: the last one, and how long all took. */
interface Row {
  readonly facts: CallFacts
  readonly ms: number
}

/**
 * Writes how one run differs from another: the status, data, error and chunks of each call, and times that differ by at least 50 ms and a
 * fifth. Two runs that don't differ give an empty string.
 */
export function diffRuns(before: Cassette, after: Cassette, options: DiffOptions = {}): string {
  const where = 'diffRuns(before, after, options)'
  checkCassette(where, before, 'before')
  checkCassette(where, after, 'after')
  checkOptions(where, 'testing/illegal-option', options, RULES)
  const paint = painter(options.color === true)
  const input = changesIn(before.start.input, after.start.input, 'input').map((change) => `  ${change}`)
  const [was, is] = [rowsOf(before), rowsOf(after)]
  const keys = inOrder([...new Set([...was.keys(), ...is.keys()])])
  const rows = keys.flatMap((key) => linesOfCall(key, was.get(key), is.get(key), paint))
  const time = durations(before.end.at - before.start.startedAt, after.end.at - after.start.startedAt)
  const isAlike = before.pipeline === after.pipeline && before.end.status === after.end.status && time === ''
  if (isAlike && input.length === 0 && rows.length === 0) return ''
  const name = either(plainLine(before.pipeline), plainLine(after.pipeline), paint)
  const status = either(before.end.status, after.end.status, paint)
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
function linesOfCall(key: string, old: Row | undefined, now: Row | undefined, paint: Paint): readonly string[] {
  const status = either(old?.facts.status ?? NOT_RUN, now?.facts.status ?? NOT_RUN, paint)
  const head = `  ${plainLine(key)}: ${status}`
  if (old === undefined || now === undefined) return [head]
  const time = durations(old.ms, now.ms)
  const details = detailsOf(old.facts, now.facts)
  const isAlike = old.facts.status === now.facts.status && time === '' && details.length === 0
  return isAlike ? [] : [head + time, ...details.map((detail) => `    ${detail}`)]
}

/** The calls by their stage. Those of later legs count for the same stage. */
function rowsOf({ facts }: Cassette): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>()
  for (const fact of facts) {
    if (fact.kind !== 'call') continue
    const stage = withoutRound(fact.key)
    const ms = (rows.get(stage)?.ms ?? 0) + fact.facts.endedAt - fact.facts.startedAt
    rows.set(stage, { facts: fact.facts, ms })
  }
  return rows
}

const NOT_RUN = 'did not run'

const either = (was: string, is: string, paint: Paint): string =>
  was === is ? is : `${paint(was, RED)} → ${paint(is, GREEN)}`

/** Two durations, if they differ enough. */
function durations(was: number, is: number): string {
  const by = Math.abs(is - was)
  if (by < LEAST_MS || by < LEAST_PART * Math.max(was, is)) return ''
  return `, ${formatDuration(was)} → ${formatDuration(is)}`
}

function detailsOf(old: CallFacts, now: CallFacts): readonly string[] {
  const parts = (['data', 'reason', 'error', 'request', 'state', 'chunks'] as const).flatMap((part) =>
    changesIn(old[part], now[part], part),
  )
  const [was, is] = [old, now].map(({ attempts = [] }) => attempts.length)
  return was === is ? parts : [...parts, `attempts: ${was} → ${is}`]
}

type Paint = (text: string, color: number) => string
const [RED, GREEN] = [31, 32]

function painter(color: boolean): Paint {
  const escape = String.fromCharCode(27)
  return (text, code) => (color ? `${escape}[${code}m${text}${escape}[0m` : text)
}
