import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock, EventSink, StageflowEvent } from '@stageflow/core'
import { DroppedEvents, droppedData } from './dropped-event.ts'
import { endOf } from './end-of-sink.ts'
import { Branch } from './fan-out-branch.ts'
import type { BranchStatistics } from './fan-out-branch.ts'
import { CLOCK, DELAY, LIMIT, optionProblems, problem, refuse, SIGNAL, SINK } from './option-rules.ts'
import { withinLimit } from './within-limit.ts'
import type { WaitOptions } from './within-limit.ts'

export interface FanOutSinkOptions {
  /** How long `emit` waits for the slowest sink, in milliseconds; one that takes longer is not waited for until it is back. Default: 1,000. */
  readonly emitTimeoutMs?: number
  /** How long `close()` waits for the slowest sink, in milliseconds. Default: 5,000. */
  readonly closeTimeoutMs?: number
  /** The least time between two `sink.dropped` events about one sink, in milliseconds. Default: 1,000. */
  readonly noticeIntervalMs?: number
  /** Default: the clock of the machine. */
  readonly clock?: Clock
}

/** `Name`: how its sinks are called. */
export interface FanOutSink<Name extends string = string> extends EventSink {
  tryEmit(event: StageflowEvent): boolean
  /** Waits for every sink, and rejects with `sink-buffered/downstream` for those that failed or took too long. */
  flush(options?: WaitOptions): Promise<void>
  close(): Promise<void>
  /** By the names of the sinks. */
  statistics(): Readonly<Record<Name, BranchStatistics>>
}

const NAMELESS =
  'a sink without a name; it takes all of them in one object, such as fanOutSink({ log, file }), and options after it'
const RULES = { emitTimeoutMs: LIMIT, closeTimeoutMs: LIMIT, noticeIntervalMs: DELAY, clock: CLOCK }

/**
 * Hands each event to every one of several sinks, which have names. One that throws, refuses or blocks does not stop the
 * others; what it loses is counted, and they are told by `sink.dropped`. `tryEmit` answers false, and `emit` fails, where
 * no sink took the event. Errors:
 * `sink-buffered/illegal-option`, `sink-buffered/downstream` from `flush` and `close`.
 */
export function fanOutSink<Name extends string>(
  sinks: Readonly<Record<Name, EventSink>>,
  options: FanOutSinkOptions = {},
): FanOutSink<Name> {
  const [isSink] = SINK
  refuse(
    'fanOutSink()',
    isSink(sinks) || isSink(options) ? [NAMELESS] : [...sinkProblems(sinks), ...optionProblems(options, RULES)],
  )
  const { emitTimeoutMs = 1_000, closeTimeoutMs = 5_000, noticeIntervalMs = 1_000, clock = systemClock } = options
  const branches = Object.entries<EventSink>(sinks).map(([name, sink]) => new Branch(name, sink))
  const notices = new DroppedEvents()
  let closing: Promise<void> | undefined

  /** Tells the others what a sink has lost since they were last told. */
  function tell(now?: number): void {
    for (const branch of branches) {
      if (branch.drops.untold === 0) continue
      const at = now ?? clock.now()
      if (now === undefined && at < branch.nextNoticeAt) continue
      branch.nextNoticeAt = at + noticeIntervalMs
      const notice = notices.make(at, droppedData(branch.name, branch.drops))
      let isTold = false
      for (const other of branches) if (other !== branch && other.tryEmitNotice(notice)) isTold = true
      if (!isTold) branch.drops.putBack()
    }
  }

  async function waitFor(pending: ReadonlyMap<Branch, Promise<boolean>>, hasTaker: boolean): Promise<void> {
    const late = new Set(pending.keys())
    const answers = [...pending].map(async ([branch, answer]) => {
      const taken = await answer
      if (!late.delete(branch)) branch.overdue--
      return taken
    })
    const gaveUp = Promise.withResolvers<void>()
    const giveUp = (): void => {
      for (const branch of late) branch.overdue++
      late.clear()
      gaveUp.resolve()
    }
    const stop = emitTimeoutMs === Infinity ? undefined : clock.setTimeout(giveUp, emitTimeoutMs)
    const taken = await Promise.race([Promise.all(answers), gaveUp.promise])
    stop?.()
    if (!hasTaker && taken?.includes(true) === false) throw lastErrorOf(branches)
  }

  async function end(method: 'flush' | 'close', options: WaitOptions): Promise<void> {
    tell(clock.now())
    const ends = branches.map(({ name, sink }) => {
      const called = `sink "${name}"`
      const late = (): Error =>
        new StageflowError(
          'sink-buffered/downstream',
          `${method}() of ${called} took longer than ${String(options.timeoutMs)} ms`,
        )
      return withinLimit(endOf(sink, method, called), clock, options, late)
    })
    const failed = (await Promise.allSettled(ends)).filter(({ status }) => status === 'rejected')
    const errors = failed.map((one) => (one as PromiseRejectedResult).reason as Error)
    if (errors.length === 1) throw errors[0] as Error
    if (errors.length > 1)
      throw new StageflowError('sink-buffered/downstream', errors.map(({ message }) => message).join('; '), {
        cause: new AggregateError(errors),
      })
  }

  return {
    emit(event) {
      tell()
      let pending: Map<Branch, Promise<boolean>> | undefined
      let hasTaker = false
      let failed = 0
      for (const branch of branches) {
        const isBehind = branch.overdue > 0
        const answer = branch.emit(event)
        if (answer === true || (answer !== false && isBehind)) hasTaker = true
        else if (answer === false) failed++
        else (pending ??= new Map()).set(branch, answer)
      }
      if (pending !== undefined) return waitFor(pending, hasTaker)
      if (failed === branches.length) throw lastErrorOf(branches)
      return undefined
    },
    tryEmit(event) {
      tell()
      let taken = false
      for (const branch of branches) if (branch.tryEmit(event)) taken = true
      return taken
    },
    async flush(options = {}) {
      refuse('flush()', optionProblems(options, { signal: SIGNAL, timeoutMs: LIMIT }))
      await end('flush', options)
    },
    close() {
      if (closing === undefined) {
        // Kept before a sink is called, which may call `close` again.
        const { promise, resolve } = Promise.withResolvers<void>()
        closing = promise
        resolve(end('close', { timeoutMs: closeTimeoutMs }))
      }
      return closing
    },
    statistics() {
      const all = Object.fromEntries(branches.map((branch) => [branch.name, branch.statistics()]))
      return Object.freeze(all) as Readonly<Record<Name, BranchStatistics>>
    },
  }
}

function lastErrorOf(branches: readonly Branch[]): unknown {
  const failed = branches.find(({ drops }) => drops.lastError !== undefined)
  if (failed !== undefined) return failed.drops.lastError?.error
  return new StageflowError(
    'sink-buffered/downstream',
    `No sink of the fan-out takes any more: ${branches.map(({ name, waiting }) => `"${name}" has not settled ${waiting} calls of emit`).join(', ')}.`,
  )
}

function sinkProblems(sinks: unknown): readonly string[] {
  if (typeof sinks !== 'object' || sinks === null || Array.isArray(sinks))
    return ['the sinks must be an object of names and sinks, such as { log, file }']
  const entries = Object.entries(sinks)
  if (entries.length === 0) return ['there is no sink; give at least one, such as { log }']
  return entries.flatMap(([name, sink]) => problem(`sink "${name}"`, sink, SINK))
}
