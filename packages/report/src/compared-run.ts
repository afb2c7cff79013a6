import { StageflowError } from '@stageflow/core'
import type { PipelineReport, StageRecord } from '@stageflow/core'
import { callKey, withoutRound } from '@stageflow/core/durable'
import type { CallFacts } from '@stageflow/core/durable'
import { checkRecording } from './check-report.ts'
import { attemptsOfItem } from './map-items.ts'
import { readReport, readWholeRun } from './read-report.ts'

/** A recorded run, such as a cassette of `@stageflow/testing`. Unlike a report it has the input and the data of stages. */
export interface RunRecording {
  readonly pipeline: string
  readonly start: { readonly startedAt: number; readonly input: object }
  readonly facts: readonly { readonly kind: string; readonly key: string }[]
  readonly end: { readonly status: string; readonly at: number }
}

/** A run as it is compared: its calls by their keys, such as `kid/answer` and `letters#doc-7`. */
export interface ComparedRun {
  readonly pipeline: string
  readonly status: string
  readonly ms: number
  readonly input: unknown
  readonly calls: ReadonlyMap<string, ComparedCall>
}

/** A stage or an item of a map: how it ended, how long it took in all its calls, and what else is compared. */
export interface ComparedCall {
  readonly status: string
  readonly ms: number
  readonly attempts: number
  readonly details: Readonly<Record<string, unknown>>
}

type Given = PipelineReport | RunRecording
const isRecorded = (run: Given): run is RunRecording => 'facts' in Object(run)

/** Two reports, or two recordings, as they are compared. Throws `report/not-a-report`. */
export function readBoth(before: Given, after: Given): readonly [ComparedRun, ComparedRun] {
  if (isRecorded(before) !== isRecorded(after)) {
    const [one, other] = isRecorded(before) ? ['recording', 'report'] : ['report', 'recording']
    throw new StageflowError(
      'report/not-a-report',
      `diffRuns(before, after): before is a ${one}, and after is a ${other}. Pass two of one kind.`,
    )
  }
  return [readOne(before), readOne(after)]
}

const readOne = (run: Given): ComparedRun => (isRecorded(run) ? ofRecording(run) : ofReport(run))

function ofRecording(run: RunRecording): ComparedRun {
  checkRecording(run)
  const { pipeline, start, facts, end } = run
  const calls = new Map<string, ComparedCall>()
  for (const fact of facts) {
    if (fact.kind !== 'call') continue
    const call = (fact as unknown as { readonly facts: CallFacts }).facts
    const { status, startedAt, endedAt, attempts = [], data, reason, error, request, state, chunks } = call
    // Calls of later legs count for the same stage.
    const key = withoutRound(fact.key)
    const ms = (calls.get(key)?.ms ?? 0) + endedAt - startedAt
    const details = { data, reason, error, request, state, chunks }
    calls.set(key, { status, ms, attempts: attempts.length, details })
  }
  return { pipeline, status: end.status, ms: end.at - start.startedAt, input: start.input, calls }
}

function ofReport(given: PipelineReport): ComparedRun {
  readReport(given) // one of a run in progress has no end to compare
  const { report, records } = readWholeRun(given)
  const { pipeline, status, startedAt, endedAt } = report
  const calls = new Map(callsIn(records, ''))
  return { pipeline, status, ms: endedAt - startedAt, input: undefined, calls }
}

/** The stages of a run, and what is inside them. `prefix`: that of the keys in a child run. */
function callsIn(records: ReadonlyMap<string, StageRecord>, prefix: string): (readonly [string, ComparedCall])[] {
  return [...records].flatMap(([name, record]) => {
    const key = callKey(prefix, name)
    const { status, attempts, reason, error, items, children = [], chunks } = record
    const { usage } = record.notes
    const { total, ok, skip, fail, unfinished } = items ?? {}
    const details = { reason, error, usage, chunks, items: items && { total, ok, skip, fail, unfinished } }
    const own = { status: status ?? 'pending', ms: elapsed(record), attempts: attempts.length, details }
    const ofItems = (items?.records ?? []).map((item): readonly [string, ComparedCall] => {
      const about = { reason: item.reason, error: item.error, usage: item.notes?.usage }
      const tries = attemptsOfItem(item).length
      return [
        `${key}#${item.key}`,
        { status: item.status ?? 'pending', ms: elapsed(item), attempts: tries, details: about },
      ]
    })
    const ofChildren = children.flatMap((child, index) =>
      callsIn(readReport(child).records, `${key}${index === 0 ? '' : `~${index + 1}`}/`),
    )
    return [[key, own], ...ofItems, ...ofChildren]
  })
}

const elapsed = ({
  startedAt,
  endedAt,
}: {
  readonly startedAt?: number | undefined
  readonly endedAt?: number | undefined
}): number => (startedAt === undefined || endedAt === undefined ? 0 : endedAt - startedAt)
