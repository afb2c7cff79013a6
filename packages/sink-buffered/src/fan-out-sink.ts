import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock, EventSink, StageflowEvent } from '@stageflow/core'
import {
  CLOCK,
  CLOSE_TIMEOUT_MS,
  DELAY,
  SINK,
  TIME_LIMIT,
  checkWait,
  optionProblems,
  refuseOptions,
  show,
} from '@stageflow/core/kit'
import type { EndReport, OptionRules, WaitOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION, valueProblems } from './buffer-options.ts'
import { DroppedEvents, droppedData } from './dropped-event.ts'
import { endOf } from './end-of-sink.ts'
import { Branch } from './fan-out-branch.ts'
import type { BranchStats } from './fan-out-branch.ts'

export interface FanOutSinkOptions {
  /** Maximum time that `emit` waits for the slowest sink, in ms. It doesn't wait for that sink again until it is back. Default: 1,000. */
  readonly emitTimeoutMs?: number
  /** Minimum time between two `sink.dropped` events about one sink, in ms. Default: 1,000. */
  readonly noticeIntervalMs?: number
  /** Default: the clock of the machine. */
  readonly clock?: Clock
}

/** How one sink of a fan-out ended. */
export interface BranchReport extends EndReport {
  readonly delivered: number
  /** Events that it refused, or failed to take. */
  readonly lost: number
}

/** `Name`: the names of its sinks. */
export interface FanOutSink<Name extends string = string> extends EventSink {
  tryEmit(event: StageflowEvent): boolean
  /** Waits for every sink. Rejects with `sink-buffered/downstream` for those that failed or took too long. */
  flush(options?: WaitOptions): Promise<void>
  /** Closes every sink within `timeoutMs` (5,000), and doesn't reject for what happens then. */
  close(options?: WaitOptions): Promise<Readonly<Record<Name, BranchReport>>>
  /** By the names of the sinks. */
  stats(): Readonly<Record<Name, BranchStats>>
}

const NAMELESS =
  'a sink without a name was given. Pass all sinks in one object and the options after it: fanOutSink({ log, file }, options)'
const RULES: OptionRules<FanOutSinkOptions> = { emitTimeoutMs: TIME_LIMIT, noticeIntervalMs: DELAY, clock: CLOCK }

/**
 * Gives each event to every one of several named sinks. A sink that throws, refuses or blocks doesn't stop the others. What it
 * loses is counted, and `sink.dropped` tells the others. `tryEmit` returns false, and `emit` fails, if no sink took the event.
 * Errors: `sink-buffered/illegal-option`, `sink-buffered/downstream`.
 */
export function fanOutSink<Name extends string>(
  sinks: Readonly<Record<Name, EventSink>>,
  options: FanOutSinkOptions = {},
): FanOutSink<Name> {
  const [isSink] = SINK
  refuseOptions(
    'fanOutSink()',
    ILLEGAL_OPTION,
    isSink(sinks) || isSink(options) ? [NAMELESS] : [...sinkProblems(sinks), ...optionProblems(options, RULES)],
  )
  const { emitTimeoutMs = 1_000, noticeIntervalMs = 1_000, clock = systemClock } = options
  const branches = Object.entries<EventSink>(sinks).map(([name, sink]) => new Branch(name, sink))
  const notices = new DroppedEvents()
  let closing: Promise<Readonly<Record<Name, BranchReport>>> | undefined

  /** Tells the other sinks what each sink has lost since the last notice. */
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

  /** Ends all sinks at once, each within the limit. */
  function end(method: 'flush' | 'close', wait: WaitOptions): Promise<BranchReport[]> {
    tell(clock.now())
    return Promise.all(
      branches.map(async (branch) => {
        const ended = await endOf(branch.sink, method, `sink "${branch.name}"`, { ...wait, clock })
        return { delivered: branch.delivered, lost: branch.drops.total, ...ended }
      }),
    )
  }

  async function closeAll(options: WaitOptions): Promise<Readonly<Record<Name, BranchReport>>> {
    const reports = await end('close', options)
    const byName = branches.map(({ name }, index) => [name, Object.freeze(reports[index] as BranchReport)])
    return Object.freeze(Object.fromEntries(byName)) as Readonly<Record<Name, BranchReport>>
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
    async flush(options: WaitOptions = {}) {
      checkWait('flush()', ILLEGAL_OPTION, options)
      const errors = (await end('flush', options)).flatMap(({ error }) => (error === undefined ? [] : [error as Error]))
      if (errors.length === 1) throw errors[0] as Error
      const all = errors.map(({ message }) => message).join('; ')
      if (errors.length > 1)
        throw new StageflowError('sink-buffered/downstream', all, { cause: new AggregateError(errors) })
    },
    async close(options: WaitOptions = {}) {
      checkWait('close()', ILLEGAL_OPTION, options)
      if (closing === undefined) {
        // Kept before a sink is called, which may call close() again.
        const { promise, resolve } = Promise.withResolvers<Readonly<Record<Name, BranchReport>>>()
        closing = promise
        resolve(closeAll({ timeoutMs: CLOSE_TIMEOUT_MS, ...options }))
      }
      return closing
    },
    stats() {
      const all = Object.fromEntries(branches.map((branch) => [branch.name, branch.stats()]))
      return Object.freeze(all) as Readonly<Record<Name, BranchStats>>
    },
  }
}

function lastErrorOf(branches: readonly Branch[]): unknown {
  const failed = branches.find(({ drops }) => drops.lastError !== undefined)
  if (failed !== undefined) return failed.drops.lastError?.error
  const overdue = branches.map(({ name, waiting }) => `"${name}" has not settled ${waiting} calls of emit`).join(', ')
  return new StageflowError('sink-buffered/downstream', `No sink of the fan-out takes events any more: ${overdue}.`)
}

function sinkProblems(sinks: unknown): readonly string[] {
  if (typeof sinks !== 'object' || sinks === null || Array.isArray(sinks))
    return [`the sinks must be an object of names and sinks, such as { log, file }, not ${show(sinks)}`]
  const entries = Object.entries(sinks)
  if (entries.length === 0) return ['at least one sink is needed, such as { log }']
  return entries.flatMap(([name, sink]) => valueProblems(`sink "${name}"`, sink, SINK))
}
