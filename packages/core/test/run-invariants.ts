import { expect } from 'vitest'
import { isStageEvent } from '../src/index.ts'
import type { StageRecord, StageflowEvent } from '../src/index.ts'
import { verdictOf } from './reference-join.ts'
import type { Counts } from './reference-join.ts'
import type { RunCase } from './run-case.ts'
import { FALLBACK, nameOf } from './stage-code.ts'
import type { Trace } from './run-random.ts'

/** What holds for every run, whatever it comes to. */
export function checkInvariants(run: RunCase, trace: Trace): void {
  checkNothingIsLeft(run, trace)
  checkRecords(run, trace)
  checkOutputs(run, trace)
  expect(trace.twice, 'stages whose code ran twice at once').toEqual([])
  if (run.heard || run.followed) checkEvents(run, trace)
  if (run.heard && run.followed) expect(trace.followed, 'events of the handle').toEqual(trace.events)
}

function recordOf({ result }: Trace, place: number): StageRecord {
  return result.report.stages[nameOf(place)] as StageRecord
}

function checkNothingIsLeft({ maxConcurrency }: RunCase, trace: Trace): void {
  const { whenSettled, result, events, told } = trace
  for (const place of whenSettled.working)
    expect(
      recordOf(trace, place).abandoned,
      `the code of ${nameOf(place)} outlives the run, and the report does not say so`,
    ).toBe(true)
  expect(whenSettled.callsLater, 'code began after the run had settled').toBe(whenSettled.calls)
  expect(events.length, 'events came after the run had settled').toBe(whenSettled.events)
  expect(told.length, 'observers were told after the run had settled').toBe(whenSettled.told)
  expect(whenSettled.cleaned, 'cleanups, last in first out').toEqual(whenSettled.toClean.toReversed())
  expect(whenSettled.timersLeft, 'timers of the engine').toBe(0)
  expect(whenSettled.listenersLeft, "listeners on the caller's signal").toBe(0)
  expect(result.report.endedAt, 'when it ended').toBe(whenSettled.at)
  if (maxConcurrency !== undefined) expect(trace.mostAtOnce, 'stages at once').toBeLessThanOrEqual(maxConcurrency)
}

function checkRecords({ stages, watched }: RunCase, trace: Trace): void {
  const { report } = trace.result
  expect(Object.keys(report.stages)).toEqual(stages.map((_, place) => nameOf(place)))
  stages.forEach(({ dependencies }, place) => {
    const record = recordOf(trace, place)
    const { status, readyAt = 0, startedAt, endedAt, attempts, abandoned } = record
    expect(status, `status of ${nameOf(place)}`).toBeDefined()
    expect(
      trace.told.filter(({ stage }) => stage === nameOf(place)).length,
      `how often observers heard of ${nameOf(place)}`,
    ).toBe(endedAt === undefined || !watched ? 0 : 1)
    if (startedAt === undefined) expect(attempts).toEqual([])
    else {
      expect(readyAt).toBeLessThanOrEqual(startedAt)
      expect(startedAt).toBeLessThanOrEqual(endedAt as number)
      expect(attempts.length).toBeGreaterThan(0)
    }
    attempts.forEach((attempt, index) => {
      expect(attempt.attempt).toBe(index + 1)
      if (attempt.endedAt === undefined)
        expect(abandoned, `attempt ${index + 1} of ${nameOf(place)} has no end`).toBe(true)
      else expect(attempt.endedAt).toBeLessThanOrEqual(report.endedAt)
    })
    if (record.releasedBy !== undefined) expect(dependencies.map(nameOf)).toContain(record.releasedBy)
  })
}

function checkOutputs({ stages }: RunCase, trace: Trace): void {
  const { result } = trace
  const data = result.data as Readonly<Record<string, unknown>>
  const outputs = result.outputs as Readonly<
    Record<string, { readonly status: string; readonly data?: unknown } | undefined>
  >
  stages.forEach(({ onFailure }, place) => {
    const name = nameOf(place)
    const { status, tolerated, endedAt } = recordOf(trace, place)
    const seen = tolerated === true ? (onFailure === 'fallback' ? 'ok' : 'skip') : status
    expect(outputs[name]?.status, `output of ${name}`).toBe(endedAt === undefined ? undefined : seen)
    const wanted = seen !== 'ok' ? undefined : tolerated === true ? FALLBACK : { from: name }
    expect(data[name], `data of ${name}`).toEqual(wanted)
    if (seen === 'ok') expect(outputs[name]?.data).toEqual(wanted)
  })
  for (const { place, statuses, data: given } of trace.inputs) {
    const wanted = stages[place]?.dependencies.map((source, position) =>
      statuses[position] === 'ok' ? data[nameOf(source)] : undefined,
    )
    expect(given, `what ${nameOf(place)} was given`).toEqual(wanted)
  }
  if (result.status === 'failed') {
    const untolerated = result.errors.flatMap(({ stage }) => (stage === undefined ? [] : [stage]))
    const failed = stages.flatMap((_, place) =>
      recordOf(trace, place).status === 'fail' && recordOf(trace, place).tolerated !== true ? [nameOf(place)] : [],
    )
    expect(untolerated.toSorted()).toEqual(failed.toSorted())
  }
}

const TERMINAL = ['completed', 'failed', 'skipped', 'cancelled', 'abandoned'] as const
const COUNTS: Readonly<Record<string, Counts>> = { completed: 'ok', skipped: 'skip', failed: 'fail' }
const EVENT_OF = { ok: 'completed', skip: 'skipped', fail: 'failed', cancel: 'cancelled', suspend: 'suspended' }

function checkEvents({ stages }: RunCase, trace: Trace): void {
  const { events, result } = trace
  expect(events.map(({ seq }) => seq)).toEqual([...events.keys()])
  expect(events.toSorted((a, b) => a.timestamp - b.timestamp || a.seq - b.seq)).toEqual(events)
  expect(events[0]?.type).toBe('pipeline.started')
  expect(events.filter(({ type }) => type.startsWith('pipeline.')).length).toBe(2)
  expect(events.at(-1)?.type).toBe(`pipeline.${result.status}`)
  expect(new Set(events.map(({ pipelineRunId }) => pipelineRunId))).toEqual(new Set([result.report.pipelineRunId]))
  stages.forEach((_, place) => checkEventsOf(place, trace))

  // A stage starts only after its dependencies allow it, as far as the events tell.
  const counts = new Map<string, Counts>()
  for (const event of events) {
    const place = stages.findIndex((_, one) => nameOf(one) === event.stage)
    if (isStageEvent(event, 'started')) {
      const { join, dependencies } = stages[place] as RunCase['stages'][number]
      expect(
        verdictOf(
          join,
          dependencies.map((source) => counts.get(nameOf(source))),
        ),
        `${event.stage} started`,
      ).toBe('start')
    }
    const kind = TERMINAL.find((one) => isStageEvent(event, one))
    const { onFailure = 'none' } = stages[place] ?? {}
    if (kind === undefined) continue
    const isForFailure =
      isStageEvent(event, 'skipped') &&
      event.data.reason.startsWith('dependency "') &&
      event.data.reason.includes(' failed')
    const isTolerated = isStageEvent(event, 'failed') && onFailure !== 'none'
    const tolerated = onFailure === 'skip' ? 'skip' : 'ok'
    counts.set(nameOf(place), isForFailure ? 'fail' : isTolerated ? tolerated : (COUNTS[kind] as Counts))
  }
}

function checkEventsOf(place: number, trace: Trace): void {
  const name = nameOf(place)
  const { startedAt, endedAt, status, attempts, chunks, reason, error, tolerated } = recordOf(trace, place)
  const own = trace.events.filter(({ stage }) => stage === name)
  const started = own.filter((event) => isStageEvent(event, 'started'))
  const ends = own.filter((event) => TERMINAL.some((kind) => isStageEvent(event, kind)))
  expect(
    started.map(({ timestamp }) => timestamp),
    `started events of ${name}`,
  ).toEqual(startedAt === undefined ? [] : [startedAt])
  expect(
    ends.map(({ timestamp }) => timestamp),
    `terminal events of ${name}`,
  ).toEqual(endedAt === undefined ? [] : [endedAt])
  if (startedAt !== undefined) expect(own[0], `the first event of ${name}`).toBe(started[0])
  expect(own.at(-1), `the last event of ${name}`).toBe(ends[0])
  expect(own.filter((event) => isStageEvent(event, 'retrying')).length).toBe(Math.max(0, attempts.length - 1))
  expect(own.filter((event) => isStageEvent(event, 'chunk')).length).toBe(chunks)
  const end: StageflowEvent | undefined = ends[0]
  if (end === undefined || status === undefined) return
  const abandonedWhileRunning = isStageEvent(end, 'abandoned')
  expect(end.type).toBe(`stage.${name}.${abandonedWhileRunning ? 'abandoned' : EVENT_OF[status]}`)
  if (abandonedWhileRunning) expect(status).toBe('cancel')
  if (isStageEvent(end, 'failed'))
    expect(end.data).toMatchObject({ error, ...(tolerated === true ? { tolerated } : undefined) })
  if (isStageEvent(end, 'skipped') || isStageEvent(end, 'cancelled')) expect(end.data.reason).toBe(reason)
}
