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
  checkOptions('diffRuns()', 'testing/illegal-option', options, RULES)
  for (const cassette of [before, after]) checkCassette('diffRuns()', cassette)
  const paint = painter(options.color === true)
  const [was, is] = [rowsOf(before), rowsOf(after)]
  const keys = [...new Set([...was.keys(), ...is.keys()])]
  const input = changesIn(before.start.input, after.start.input, 'input')
  const lines = [
    ...input.map((change) => `  ${change}`),
    ...keys.flatMap((key) => {
      const [old, now] = [was.get(key), is.get(key)]
      const status = statusOf(old, now, paint)
      const time = timeOf(old, now)
      const details = old === undefined || now === undefined ? [] : detailsOf(old.facts, now.facts)
      const isSame = old?.facts.status === now?.facts.status && time === '' && details.length === 0
      if (isSame) return []
      return [`  ${plainLine(key)}: ${status}${time}`, ...details.map((detail) => `    ${detail}`)]
    }),
  ]
  const [one, other] = [before.end, after.end]
  const time = durations(one.at - before.start.startedAt, other.at - after.start.startedAt)
  const head = `${either(plainLine(before.pipeline), plainLine(after.pipeline), paint)}: ${either(one.status, other.status, paint)}${time}`
  const isSame = before.pipeline === after.pipeline && one.status === other.status && time === ''
  return isSame && lines.length === 0 ? '' : [head, ...lines].join('\n')
}

function rowsOf({ facts }: Cassette): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>()
  for (const fact of facts) {
    if (fact.kind !== 'call') continue
    const [stage = ''] = fact.key.split('@', 1)
    const ms = (rows.get(stage)?.ms ?? 0) + fact.facts.endedAt - fact.facts.startedAt
    rows.set(stage, { facts: fact.facts, ms })
  }
  return rows
}

const NOT_RUN = 'did not run'

function statusOf(old: Row | undefined, now: Row | undefined, paint: Paint): string {
  return either(old?.facts.status ?? NOT_RUN, now?.facts.status ?? NOT_RUN, paint)
}
const either = (was: string, is: string, paint: Paint): string =>
  was === is ? is : `${paint(was, RED)} → ${paint(is, GREEN)}`

const timeOf = (old: Row | undefined, now: Row | undefined): string =>
  old === undefined || now === undefined ? '' : durations(old.ms, now.ms)

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
