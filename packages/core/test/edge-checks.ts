import { isStageEvent } from '../src/index.ts'
import type { StageRecord } from '../src/index.ts'
import { itemId, nameOf, secretOf } from './edge-code.ts'
import type { Attempt } from './edge-log.ts'
import { toChunksOf } from './edge-run.ts'
import type { EdgeTrace } from './edge-run.ts'
import { sourcesOf } from './edge-case.ts'
import type { EdgeRunCase, EdgeStageCase } from './edge-case.ts'
import { verdictOf } from './reference-join.ts'
import type { Counts } from './reference-join.ts'

/** Checks a run against the rules. Returns what is wrong with it. */
export function wrongsOf(run: EdgeRunCase, trace: EdgeTrace): readonly string[] {
  return new EdgeChecks(run, trace).wrongs()
}

const TERMINAL = ['completed', 'failed', 'skipped', 'cancelled', 'abandoned'] as const
const SLOWEST_MS = 2_000

class EdgeChecks {
  readonly #run: EdgeRunCase
  readonly #trace: EdgeTrace
  readonly #wrong: string[] = []

  constructor(run: EdgeRunCase, trace: EdgeTrace) {
    this.#run = run
    this.#trace = trace
  }

  wrongs(): readonly string[] {
    const { log, timersLeft, eventsLater, result } = this.#trace
    this.#wrong.push(...log.wrong)
    const { maxConcurrency = Infinity } = this.#run
    this.#demand(log.mostActive <= maxConcurrency, `${log.mostActive} stages work at once`)
    this.#demand(timersLeft === 0, `${timersLeft} timers of the engine are left`)
    this.#demand(eventsLater === 0, `${eventsLater} events came after the run had settled`)
    this.#demand(result.report.endedAt <= SLOWEST_MS, `it took ${result.report.endedAt} ms`)
    this.#checkEnding()
    this.#checkEvents()
    this.#checkSecrets()
    this.#run.stages.forEach((stage, place) => {
      this.#checkEventsOf(place)
      this.#checkStart(stage, place)
      this.#checkStatus(stage, place)
      this.#checkLimit(stage, place)
      this.#checkInterrupt(stage, place)
      this.#checkSoft(stage, place)
      this.#checkGates(stage, place)
      this.#checkLate(stage, place)
      this.#checkInbox(stage, place)
      this.#checkReading(stage, place)
      this.#checkHandle(place)
    })
    return this.#wrong
  }

  #demand(isTrue: boolean, what: string): void {
    if (!isTrue) this.#wrong.push(what)
  }

  #recordOf(place: number): StageRecord {
    return this.#trace.result.report.stages[nameOf(place)] as StageRecord
  }

  /** When the run was stopped; Infinity if it came to its end. */
  get #stoppedAt(): number {
    const { cancelAtMs = Infinity, interruptAtMs = Infinity, timeoutMs = Infinity, onStageFailure, stages } = this.#run
    const ends = stages.map((_, place) => {
      const { status, tolerated, endedAt = Infinity } = this.#recordOf(place)
      const stops = status === 'cancel' || (status === 'fail' && tolerated !== true && onStageFailure === 'stop')
      return stops ? endedAt : Infinity
    })
    return Math.min(cancelAtMs, interruptAtMs, timeoutMs, ...ends)
  }

  // ---------- the run

  #checkEnding(): void {
    const { result } = this.#trace
    const { endedAt } = result.report
    const records = this.#run.stages.map((_, place) => this.#recordOf(place))
    const failed = records.filter(({ status, tolerated }) => status === 'fail' && tolerated !== true)
    const isStopped = this.#stoppedAt <= endedAt
    if (!isStopped) {
      const wanted = failed.length > 0 ? 'failed' : 'completed'
      this.#demand(result.status === wanted, `the run is ${result.status}, not ${wanted}`)
    }
    if (result.status === 'completed')
      this.#demand(
        records.every(({ status }) => status !== 'cancel' && status !== undefined) && failed.length === 0,
        'a stage of a completed run failed, or was cancelled',
      )
    for (const { stage, status } of records) this.#demand(status !== undefined, `${stage} has no status`)
    if (result.status !== 'failed') return
    for (const { code } of result.errors) this.#demand(code !== 'core/deadlock', 'the schedule came to a deadlock')
    const named = result.errors.flatMap(({ stage }) => (stage === undefined ? [] : [stage])).toSorted()
    const wanted = failed.map(({ stage }) => stage).toSorted()
    this.#demand(named.join() === wanted.join(), `the errors are of ${named.join()}, not of ${wanted.join()}`)
  }

  #checkEvents(): void {
    const { events, followed, result } = this.#trace
    const own = events.filter(({ pipelineRunId }) => pipelineRunId === result.report.pipelineRunId)
    const isInOrder = own.every(({ seq }, index) => index === 0 || seq > (own[index - 1]?.seq as number))
    this.#demand(isInOrder, `the events are out of order: ${own.map(({ seq, type }) => `${seq} ${type}`).join()}`)
    this.#demand(events.at(-1)?.type === `pipeline.${result.status}`, `the last event is ${events.at(-1)?.type}`)
    this.#demand(
      followed.length === events.length,
      `${followed.length} of ${events.length} events came from the handle`,
    )
  }

  #checkEventsOf(place: number): void {
    const record = this.#recordOf(place)
    const { result } = this.#trace
    const own = this.#trace.events.filter(
      ({ stage, pipelineRunId }) => stage === nameOf(place) && pipelineRunId === result.report.pipelineRunId,
    )
    const ends = own.filter((event) => TERMINAL.some((kind) => isStageEvent(event, kind)))
    const wanted = record.endedAt === undefined ? 0 : 1
    this.#demand(ends.length === wanted, `${nameOf(place)} has ${ends.length} terminal events, not ${wanted}`)
    const chunks = own.filter((event) => isStageEvent(event, 'chunk'))
    this.#demand(
      chunks.length === record.chunks,
      `${nameOf(place)} has ${chunks.length} chunk events of ${record.chunks}`,
    )
    if (ends.length === 0) return
    const last = own.filter(({ type }) => type.startsWith('stage.')).at(-1)
    this.#demand(last === ends[0], `${last?.type} comes after the end of ${nameOf(place)}`)
  }

  // ---------- which stages start, and how they end

  /** Whether the code of a stage was called. */
  #began(place: number): boolean {
    const { form, gates = [] } = this.#run.stages[place] ?? {}
    if (form === 'child') return this.#recordOf(place).startedAt !== undefined
    // A held stage that was answered in place of its code counts at once.
    if (gates.length > 0 && this.#trace.log.answered.has(place)) return true
    return this.#trace.log.of(place).length > 0
  }

  #countsOf(reader: EdgeStageCase): readonly Counts[] {
    return reader.dependencies.map((source) => {
      if (reader.streams.includes(source) && this.#began(source)) return 'ok'
      return this.#countsAs(source)
    })
  }

  /** How a stage counts for those that wait for its end. */
  #countsAs(source: number): Counts {
    const { status, tolerated, reason = '' } = this.#recordOf(source)
    if (status === 'ok') return 'ok'
    const gate = this.#refusedBy(source)
    if (gate !== undefined) return this.#countsAs(gate) === 'fail' ? 'fail' : 'skip'
    if (status === 'skip') return reason.startsWith('dependency "') && reason.includes(' failed') ? 'fail' : 'skip'
    if (tolerated !== true) return 'fail'
    return this.#run.stages[source]?.onFailure === 'fallback' ? 'ok' : 'skip'
  }

  /** The gate that a stage says has refused it. */
  #refusedBy(place: number): number | undefined {
    const { status, reason = '' } = this.#recordOf(place)
    if (status !== 'skip') return undefined
    return this.#run.stages[place]?.gates.find((gate) => reason.startsWith(`gate "${nameOf(gate)}" `))
  }

  #checkStart(stage: EdgeStageCase, place: number): void {
    const record = this.#recordOf(place)
    const { log, result } = this.#trace
    const isTurnedTo = log.asked.has(place) || log.answered.has(place) || this.#began(place)
    if (result.status !== 'completed' && this.#stoppedAt <= result.report.endedAt) return
    const verdict = verdictOf(stage.join, this.#countsOf(stage))
    if (isTurnedTo) this.#demand(verdict === 'start', `${nameOf(place)} started, and its join says ${verdict}`)
    else if (record.reason !== 'late' && verdict === 'start' && this.#refusedBy(place) === undefined)
      this.#demand(false, `${nameOf(place)} did not start, and its join lets it`)
    if (isTurnedTo) return
    this.#demand(record.status === 'skip', `${nameOf(place)} never started, and is ${record.status}`)
  }

  #checkStatus(stage: EdgeStageCase, place: number): void {
    const record = this.#recordOf(place)
    const { log } = this.#trace
    const last = log.of(place).at(-1)
    if (record.endedAt === undefined || record.endedAt >= this.#stoppedAt) return
    if (record.status === 'skip' && (record.reason === 'late' || this.#refusedBy(place) !== undefined)) return
    if (stage.when === 'false' && log.asked.has(place))
      return this.#demand(record.status === 'skip', `${nameOf(place)} is ${record.status} against its when`)
    if (stage.when === 'throws' && log.asked.has(place))
      return this.#demand(
        record.error?.code === 'core/when',
        `${nameOf(place)} is ${record.status} though its when threw`,
      )
    if (log.answered.has(place))
      return this.#demand(record.status === 'ok', `${nameOf(place)} was answered, and is ${record.status}`)
    if (last === undefined || stage.form === 'child' || stage.form === 'map') return
    const wanted = this.#endOf(stage, last)
    if (wanted === undefined) return
    const seen = `${record.status} ${record.error?.code ?? ''}`.trim()
    this.#demand(wanted.includes(seen), `${nameOf(place)} is ${seen}, not ${wanted.join(' or ')}`)
  }

  /** What the last call of a stage's code makes of the stage, before the run is stopped. */
  #endOf({ around, form }: EdgeStageCase, { outcome, made, read, place }: Attempt): readonly string[] | undefined {
    const calls = this.#trace.log.of(place).length
    const isCommitted = made.length > 0 || [...read.values()].some((chunks) => chunks.length > 0)
    // A second call of a stage that has read or yielded is refused, whatever the first came to.
    if (around === 'again' && calls === 1) return isCommitted ? ['fail core/attempt-committed'] : undefined
    if (outcome === 'aborted' || outcome === undefined)
      return around === 'timeout' ? ['fail timeout/timed-out'] : [`cut without a reason (${form})`]
    const timedOut = around === 'timeout' ? ['fail timeout/timed-out'] : []
    if (outcome === 'core/stream-skipped') return ['skip', ...timedOut]
    if (outcome === 'fail' || outcome === 'thrown')
      return ['fail core/stage-failed', ...(around === 'retry' ? ['fail retry/exhausted'] : []), ...timedOut]
    if (outcome.includes('/')) return [`fail ${outcome}`, ...timedOut]
    return [outcome, ...timedOut]
  }

  /** A limit on a stage counts its own time only: it stands still while the engine keeps the stage waiting. */
  #checkLimit({ around, timeoutMs, stubborn, form, reads }: EdgeStageCase, place: number): void {
    if (around !== 'timeout' || form === 'child' || form === 'map') return
    const [attempt] = this.#trace.log.of(place)
    const { error, reason, endedAt = Infinity } = this.#recordOf(place)
    if (reason === 'late' || this.#refusedBy(place) !== undefined) return
    if (attempt?.endedAt === undefined || endedAt >= this.#stoppedAt || reads === 'ahead') return
    const { activeMs } = attempt
    if (error?.code !== 'timeout/timed-out')
      this.#demand(activeMs <= timeoutMs, `${nameOf(place)} worked for ${activeMs} ms, and has a limit of ${timeoutMs}`)
    else if (!stubborn)
      this.#demand(activeMs === timeoutMs, `${nameOf(place)} ran out of ${timeoutMs} ms after ${activeMs}`)
  }

  // ---------- interrupts

  /** After an interrupt, stages that it spares go on, and no other stage starts. */
  #checkInterrupt({ uninterruptible, around, late, gates }: EdgeStageCase, place: number): void {
    const { interruptAtMs, ...others } = this.#run
    const { status, startedAt = 0 } = this.#recordOf(place)
    if (interruptAtMs === undefined || interruptAtMs > this.#stoppedAt) return
    const isInterrupted = this.#trace.result.report.endedAt > interruptAtMs
    if (!isInterrupted) return
    this.#demand(this.#trace.result.status !== 'completed', 'an interrupted run is completed')
    if (!uninterruptible) {
      this.#demand(startedAt <= interruptAtMs, `${nameOf(place)} started after the interrupt`)
      const isLater = (this.#recordOf(place).endedAt ?? 0) > interruptAtMs
      this.#demand(status !== 'fail' || !isLater, `${nameOf(place)} failed after the interrupt`)
    }
    const mayEnd = late || around === 'timeout' || gates.length > 0
    const isStopped = others.cancelAtMs !== undefined || others.timeoutMs !== undefined || this.#someCancels
    const last = this.#trace.log.of(place).at(-1)
    if (uninterruptible && !mayEnd && !isStopped && last !== undefined)
      this.#demand(!last.aborted, `${nameOf(place)} was aborted, though an interrupt spares it`)
  }

  /** Whether a stage has stopped the run. */
  get #someCancels(): boolean {
    const records = this.#run.stages.map((_, place) => this.#recordOf(place))
    return records.some(
      ({ status, tolerated }) =>
        status === 'cancel' || (status === 'fail' && tolerated !== true && this.#run.onStageFailure === 'stop'),
    )
  }

  // ---------- soft edges and gates

  /** A stage waits for each soft dependency until that has settled, or its own wait has passed since nothing else was missing. */
  #checkSoft({ dependencies, streams, soft, waits, join }: EdgeStageCase, place: number): void {
    const { startedAt } = this.#recordOf(place)
    const isEager = join === 'any' || typeof join === 'object'
    if (soft.length === 0 || startedAt === undefined || startedAt >= this.#stoppedAt) return
    this.#trace.log.received
      .filter((each) => each.place === place && each.soft.length > 0) // a stage in a child has none
      .forEach(({ at, soft: statuses }) =>
        soft.forEach((source, position) => {
          const { endedAt = Infinity } = this.#recordOf(source)
          const isLate = statuses[position] === 'late'
          const isRight = isLate ? endedAt >= startedAt : endedAt <= at
          this.#demand(isRight, `${nameOf(place)} sees ${nameOf(source)} as ${statuses[position]} at ${at}`)
        }),
      )
    if (isEager || this.#run.maxConcurrency !== undefined) return
    const joinedAt = Math.max(
      0,
      ...dependencies.map((source) => {
        const { startedAt: sourceStartedAt, endedAt = 0 } = this.#recordOf(source)
        return streams.includes(source) && this.#began(source) ? (sourceStartedAt as number) : endedAt
      }),
    )
    const wanted = Math.max(
      joinedAt,
      ...soft.map((source, position) =>
        Math.min(this.#recordOf(source).endedAt ?? Infinity, joinedAt + (waits[position] as number)),
      ),
    )
    this.#demand(startedAt === wanted, `${nameOf(place)} started at ${startedAt}, and its waits end at ${wanted}`)
  }

  /** A stage settles once all its gates have opened, or as skipped once one has refused it. */
  #checkGates({ gates }: EdgeStageCase, place: number): void {
    const { status, endedAt = Infinity, reason } = this.#recordOf(place)
    const refused = this.#refusedBy(place)
    if (refused !== undefined)
      this.#demand(this.#countsAs(refused) !== 'ok', `${nameOf(place)} says ${reason}, and that gate opened`)
    if (gates.length === 0 || endedAt >= this.#stoppedAt) return
    const isClosed = gates.some((gate) => this.#countsAs(gate) !== 'ok')
    if (isClosed) return this.#demand(status === 'skip', `a gate of ${nameOf(place)} did not open, and it is ${status}`)
    if (status === 'skip') return // perhaps before its gates had opened
    const openAt = Math.max(...gates.map((gate) => this.#recordOf(gate).endedAt ?? Infinity))
    this.#demand(endedAt >= openAt, `${nameOf(place)} ended at ${endedAt}, and its gates opened at ${openAt}`)
  }

  /** Nothing that a stage made is found anywhere if one of its gates has not opened. */
  #checkSecrets(): void {
    const held = this.#run.stages.flatMap(({ gates }, place) =>
      gates.some((gate) => this.#countsAs(gate) !== 'ok') ? [place] : [],
    )
    if (held.length === 0) return
    const { result, failure, events, followed, chunks, log } = this.#trace
    const errors = [failure, ...(result.status === 'failed' ? result.errors : [])]
    const texts: readonly (readonly [where: string, text: string])[] = [
      ['events', JSON.stringify(events)],
      ['events of the handle', JSON.stringify(followed)],
      ['the result', JSON.stringify([result, result.data, result.outputs, result.report, result.children])],
      ['errors', errors.map(textsOf).join()],
    ]
    for (const place of held) {
      const secret = secretOf(place)
      for (const [where, text] of texts) this.#demand(!text.includes(secret), `${where}: ${secret}`)
      chunks.forEach((read, source) => {
        this.#demand(!read.join().includes(secret), `chunks of ${nameOf(source)}: ${secret}`)
      })
      for (const { place: other, text } of log.received)
        this.#demand(other === place || !text.includes(secret), `inputs of ${nameOf(other)}: ${secret}`)
      for (const { place: other, read } of log.attempts)
        this.#demand(
          other === place || ![...read.values()].join().includes(secret),
          `chunks that ${nameOf(other)} read: ${secret}`,
        )
    }
  }

  // ---------- late

  /** A stage that aborts when it is late ends at the moment in which no stage can read it any more, and not before. */
  #checkLate({ late }: EdgeStageCase, place: number): void {
    const { status, reason, endedAt = Infinity } = this.#recordOf(place)
    const isLate = status === 'skip' && reason === 'late'
    if (isLate) this.#demand(late, `${nameOf(place)} ended as late, without the option`)
    if (!late) return
    const readers = this.#run.stages.flatMap((stage, reader) => (sourcesOf(stage).includes(place) ? [reader] : []))
    if (readers.length === 0) return
    // A map leaves its streams when an item ends it, and if it is held, it settles later.
    const isMap = (reader: number): boolean => this.#run.stages[reader]?.form === 'map'
    if (readers.some((reader) => isMap(reader) && this.#run.stages[reader]?.gates.length !== 0)) return
    const goneAt = Math.max(...readers.map((reader) => this.#gone(reader, place)))
    if (goneAt >= this.#stoppedAt) return
    if (isLate)
      this.#demand(endedAt >= goneAt, `${nameOf(place)} ended as late at ${endedAt}, and is read until ${goneAt}`)
    this.#demand(
      endedAt <= goneAt,
      `no stage reads ${nameOf(place)} from ${goneAt} on, and it goes on until ${endedAt}`,
    )
  }

  /** When a stage stops counting as a reader of another. */
  #gone(reader: number, source: number): number {
    const { startedAt, endedAt = Infinity } = this.#recordOf(reader)
    const { streams = [], gates = [] } = this.#run.stages[reader] ?? {}
    if (gates.includes(source)) return endedAt
    if (!streams.includes(source)) return Math.min(startedAt ?? this.#trace.log.asked.get(reader) ?? Infinity, endedAt)
    const left = this.#trace.log.of(reader).find(({ loopEnd }) => loopEnd === 'left')
    return Math.min(left?.loopEndedAt ?? Infinity, endedAt)
  }

  // ---------- streams

  #checkInbox({ streams, maxWaiting, overflow }: EdgeStageCase, place: number): void {
    const { inbox, status } = this.#recordOf(place)
    if (streams.length === 0)
      return this.#demand(inbox === undefined, `${nameOf(place)} reads nothing, and has an inbox`)
    if (inbox === undefined) return
    const read = this.#trace.log.of(place).flatMap((attempt) => [...attempt.read.values()].flat()).length
    const { chunks, mostWaiting, dropped, blockedMs } = inbox
    const counts = `${chunks} chunks, ${read} read, ${dropped} dropped`
    // Each of several sources, and each item of a map, may put one chunk into a full inbox before it waits.
    // A hold that opens puts all that it has kept.
    const puts = streams.map((source) => this.#run.stages[source] as EdgeStageCase)
    const most =
      maxWaiting -
      1 +
      puts.reduce(
        (sum, { form, concurrency, gates, maxHeld }) =>
          sum + (form === 'map' ? concurrency : 1) + (gates.length > 0 ? maxHeld : 0),
        0,
      )
    this.#demand(mostWaiting <= most, `${mostWaiting} chunks waited for ${nameOf(place)}, of ${maxWaiting}`)
    this.#demand(read + dropped <= chunks, `the inbox of ${nameOf(place)}: ${counts}`)
    this.#demand(overflow !== 'block' || dropped === 0, `an inbox that blocks has dropped ${dropped}`)
    this.#demand(overflow === 'block' || blockedMs === 0, `an inbox that drops has blocked for ${blockedMs} ms`)
    const isClean = this.#trace.log.of(place).some(({ loopEnd }) => loopEnd === 'clean')
    if (isClean && status === 'ok')
      this.#demand(read + dropped === chunks, `the inbox of ${nameOf(place)} ended cleanly with ${counts}`)
  }

  /** What a source yielded, in order, and how many of these were taken over for certain. */
  #yieldedBy(source: number): { readonly ids: readonly string[]; readonly certain: number } {
    const { log } = this.#trace
    const toChunks = this.#hasToChunks(source)
    if (this.#run.stages[source]?.form === 'map') {
      const { items, status } = this.#recordOf(source)
      const { ok = 0, skip = 0, fail = 0 } = items ?? {}
      const ids = Array.from({ length: 50 }, (_, index) => itemId(source, index))
      // After an item has failed its map, no other item becomes a chunk.
      return { ids, certain: status === 'ok' ? ok + skip + fail : 0 }
    }
    if (log.answered.has(source)) {
      const ids = toChunks ? toChunksOf(source) : []
      return { ids, certain: this.#recordOf(source).status === 'ok' ? ids.length : 0 }
    }
    // What an attempt made while it was held is thrown away if another attempt follows.
    const last = log.of(source).at(-1)
    if (toChunks && this.#fellBack(source)) return { ids: toChunksOf(source), certain: toChunksOf(source).length }
    const isSeen = (this.#run.stages[source] as EdgeStageCase).gates.every((gate) => this.#countsAs(gate) === 'ok')
    const isWhole = isSeen && (this.#recordOf(source).status === 'ok' || this.#run.stages[source]?.gates.length === 0)
    return { ids: last?.made ?? [], certain: isWhole ? (last?.accepted ?? 0) : 0 }
  }

  #checkReading(stage: EdgeStageCase, place: number): void {
    if (stage.form === 'map' || stage.form === 'child') return
    for (const attempt of this.#trace.log.of(place)) {
      for (const [source, ids] of attempt.read) this.#checkRead(stage, place, source, ids)
      this.#checkLoopEnd(stage, attempt)
    }
  }

  /** Chunks come in order, none twice, none that its source did not yield; and none is left out unless the inbox drops chunks. */
  #checkRead({ overflow, streams }: EdgeStageCase, place: number, source: number, ids: readonly string[]): void {
    const name = `${nameOf(place)} of ${nameOf(source)}`
    this.#demand(streams.includes(source), `${name}: is not read`)
    const yielded = this.#yieldedBy(source).ids
    const places = ids.map((id) => yielded.indexOf(id))
    const isMap = this.#run.stages[source]?.form === 'map'
    this.#demand(!places.includes(-1), `${name}: a chunk that was never yielded, of ${ids.join()}`)
    this.#demand(new Set(ids).size === ids.length, `${name}: a chunk twice, of ${ids.join()}`)
    if (isMap) return // its items end in any order
    this.#demand(
      places.every((each, index) => index === 0 || each > (places[index - 1] as number)),
      `${name}: out of order, ${ids.join()}`,
    )
    if (overflow === 'block')
      this.#demand(
        places.every((each, index) => each === index),
        `${name}: a chunk is lost, of ${ids.join()}`,
      )
  }

  #checkLoopEnd(stage: EdgeStageCase, { place, loopEnd, read, statuses, aborted }: Attempt): void {
    const name = nameOf(place)
    const started = stage.streams.filter((source) => this.#began(source) || this.#trace.log.answered.has(source))
    const statusOf = (source: number) => this.#streamStatusOf(source)
    const isComplete = (source: number): boolean => {
      const { ids, certain } = this.#yieldedBy(source)
      const count = read.get(source)?.length ?? 0
      return stage.overflow !== 'block' || (count >= certain && count <= ids.length)
    }
    if (loopEnd === undefined || loopEnd === 'left' || loopEnd === 'open') return
    if (loopEnd === 'aborted') return this.#demand(aborted, `${name} got the reason of a signal that had not aborted`)
    if (loopEnd === 'clean') {
      // With an eager join, a source may start after the reader has come to its end.
      for (const source of this.#taken(stage, started, place)) {
        this.#demand(statusOf(source) === 'ok', `${name} ended cleanly, and ${nameOf(source)} is ${statusOf(source)}`)
        this.#demand(isComplete(source), `${name} ended cleanly without all chunks of ${nameOf(source)}`)
      }
      const isEager = stage.join === 'any' || typeof stage.join === 'object'
      const wanted = stage.streams.map((source) => (started.includes(source) ? 'ok' : undefined))
      if (!isEager)
        this.#demand(
          wanted.every((each, index) => each === undefined || each === statuses?.[index]),
          `${name} ended cleanly, and sees its sources as ${statuses?.join()}`,
        )
      return
    }
    if (loopEnd === 'core/stream-cut') {
      const bad = stage.streams.filter((source) => statusOf(source) !== 'ok')
      this.#demand(bad.length > 0, `${name} was cut, and all its sources are ok`)
      this.#demand(bad.some(isComplete), `${name} was cut before the chunks that came before it`)
    } else if (loopEnd === 'core/stream-skipped') {
      this.#demand([...read.values()].flat().length === 0, `${name} read chunks of a stream that was skipped`)
      this.#demand(
        started.some((source) => statusOf(source) === 'skip'),
        `${name} was told of a skip, and no source was skipped`,
      )
    } else if (loopEnd === 'core/no-chunks')
      this.#demand(
        stage.streams.some((source) => this.#trace.log.answered.has(source) && !this.#hasToChunks(source)),
        `${name} was told of an answer, and no source was answered`,
      )
    else if (loopEnd === 'core/stream-left')
      this.#demand(
        this.#trace.log.of(place).some((attempt) => attempt.loopEnd !== loopEnd),
        `${name} was told that it had left, and it never read`,
      )
    else this.#demand(false, `${name} got ${loopEnd}`)
  }

  /** Its failure is tolerated, and it has a fallback and gave no chunk. */
  #fellBack(source: number): boolean {
    const { tolerated, chunks } = this.#recordOf(source)
    return tolerated === true && chunks === 0 && this.#run.stages[source]?.onFailure === 'fallback'
  }

  /** How a source ended for its readers. */
  #streamStatusOf(source: number): string | undefined {
    const record = this.#recordOf(source)
    if (record.tolerated !== true || record.chunks > 0) return this.#speakerOf(source).status
    if (!this.#fellBack(source)) return 'skip'
    return this.#hasToChunks(source) ? 'ok' : 'fail'
  }

  /** Of a child pipeline or a map nothing else makes chunks. */
  #hasToChunks(source: number): boolean {
    const { toChunks, form } = this.#run.stages[source] as EdgeStageCase
    return toChunks && form === 'generator'
  }

  /** The record of the stage whose chunks a source has: of a child pipeline that ended ok, the one inside. */
  #speakerOf(source: number): StageRecord {
    let record: StageRecord = this.#recordOf(source)
    while (record.status === 'ok' && record.children !== undefined)
      record = record.children.at(-1)?.stages['ask'] as StageRecord
    return record
  }

  /** The sources that had started when a reader did. */
  #taken({ join }: EdgeStageCase, started: readonly number[], place: number): readonly number[] {
    if (join !== 'any' && typeof join !== 'object') return started
    const readerBegan = this.#trace.log.of(place)[0]?.beganAt ?? 0
    return started.filter((source) => (this.#trace.log.of(source)[0]?.beganAt ?? Infinity) < readerBegan)
  }

  #checkHandle(place: number): void {
    const read = this.#trace.chunks.get(place)
    if (read === undefined || this.#trace.log.answered.has(place) || this.#fellBack(place)) return
    const { ids, certain } = this.#yieldedBy(place)
    const isPrefix = read.every((id, index) => id === ids[index])
    this.#demand(isPrefix && read.length >= certain, `run.chunks("${nameOf(place)}") gave ${read.length} of ${certain}`)
  }
}

/** All texts of an error and of its causes. */
function textsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.message, error.stack, JSON.stringify(error), textsOf(error.cause)].join()
}
