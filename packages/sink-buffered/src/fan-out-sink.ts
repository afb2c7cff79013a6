import { Closing, closeBranches, flushBranches, recordOf, targetProblems } from '@stageflow/buffer'
import type { DeliveryReport } from '@stageflow/buffer'
import { StageflowError, isStageEvent, systemClock } from '@stageflow/core'
import type { Clock, EventSink, StageflowEvent } from '@stageflow/core'
import {
  CLOCK,
  DELAY,
  SINK,
  TIME_LIMIT,
  checkArgumentCount,
  checkWait,
  optionProblems,
  refuseOptions,
  withinLimit,
} from '@stageflow/core/kit'
import type { Limit, OptionRules, WaitOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION } from './buffer-options.ts'
import { DroppedEvents, droppedData } from './dropped-event.ts'
import { Branch } from './fan-out-branch.ts'
import type { BranchStats } from './fan-out-branch.ts'
import { followedByAll } from './followed-runs.ts'
import { severalFailed } from './sink-errors.ts'

export interface FanOutSinkOptions {
  /** Maximum time that `emit` waits for the slowest sink, in ms. It doesn't wait for that sink again until it is back. Default: 1,000. */
  readonly emitTimeoutMs?: number
  /** Minimum time between two `sink.dropped` events about one sink, in ms. Default: 1,000. */
  readonly noticeIntervalMs?: number
  /** Default: the clock of the machine. */
  readonly clock?: Clock
}

/** `Name`: the names of its sinks. */
export interface FanOutSink<Name extends string = string> extends EventSink {
  tryEmit(event: StageflowEvent): boolean
  /** Waits for every sink. Rejects with `sink-buffered/downstream` for those that failed or took too long. */
  flush(options?: WaitOptions): Promise<void>
  /** Closes every sink within `timeoutMs` (5,000), and doesn't reject for what happens then. */
  close(options?: WaitOptions): Promise<Readonly<Record<Name, DeliveryReport>>>
  /** By the names of the sinks. */
  stats(): Readonly<Record<Name, BranchStats>>
}

const NAMELESS =
  'a sink without a name was given. Pass all sinks in one object and the options after it: fanOutSink({ log, file }, options)'
const RULES: OptionRules<FanOutSinkOptions> = { emitTimeoutMs: TIME_LIMIT, noticeIntervalMs: DELAY, clock: CLOCK }

/**
 * Gives each event to every one of several named sinks. A sink that throws, refuses or blocks doesn't stop the others. What it
 * loses is counted, and `sink.dropped` tells the others. `tryEmit` returns false, and `emit` fails, if no sink took the event. Each sink with
 * `onRun` has its own part in a run. If some have `chunks: true`, only these receive chunk events.
 * Errors: `sink-buffered/illegal-option`, `sink-buffered/downstream`.
 */
export function fanOutSink<Name extends string>(
  sinks: Readonly<Record<Name, EventSink>>,
  options: FanOutSinkOptions = {},
): FanOutSink<Name> {
  checkArgumentCount(arguments.length, 2, 'fanOutSink(sinks, options)', ILLEGAL_OPTION)
  const [isSink] = SINK
  const isNameless = isSink(sinks) || isSink(options)
  const problems = [...targetProblems('sink', sinks, SINK), ...optionProblems(options, RULES)]
  refuseOptions('fanOutSink()', ILLEGAL_OPTION, isNameless ? [NAMELESS] : problems)
  const { emitTimeoutMs = 1_000, noticeIntervalMs = 1_000, clock = systemClock } = options
  const branches = Object.entries<EventSink>(sinks).map(([name, sink]) => new Branch(name as Name, sink, clock))
  const notices = new LossNotices(branches, noticeIntervalMs, clock)
  const closing = new Closing<Readonly<Record<Name, DeliveryReport>>>()
  const forChunks = branches.filter((branch) => branch.takesChunks)
  const onRun = followedByAll(Object.entries<EventSink>(sinks).map(([name, sink]) => ({ name, sink })))
  const takersOf = (event: StageflowEvent): typeof branches =>
    forChunks.length > 0 && isStageEvent(event, 'chunk') ? forChunks : branches

  /** Waits for those that didn't take an event at once. `isTaken`: another one took it. */
  async function waitFor(pending: readonly Pending[], isTaken: boolean): Promise<void> {
    const isTakenLater = await takenBy(pending, { clock, limitMs: emitTimeoutMs })
    if (!isTaken && !isTakenLater) throw noTaker(branches)
  }

  return {
    core: '^1.0.0',
    chunks: forChunks.length > 0,
    ...(onRun !== undefined && { onRun }),
    emit(event) {
      notices.tellDue()
      const pending: Pending[] = []
      let isTaken = false
      for (const branch of takersOf(event)) {
        const isOverdue = branch.overdue > 0
        const answer = branch.emit(event)
        if (typeof answer === 'boolean') isTaken ||= answer
        else if (isOverdue) isTaken = true
        else pending.push({ branch, answer })
      }
      if (pending.length > 0) return waitFor(pending, isTaken)
      if (!isTaken) throw noTaker(branches)
      return undefined
    },
    tryEmit(event) {
      notices.tellDue()
      const takers = takersOf(event).filter((branch) => branch.tryEmit(event))
      return takers.length > 0
    },
    async flush(wait: WaitOptions = {}) {
      checkWait('flush()', ILLEGAL_OPTION, wait)
      notices.tellAll()
      await flushBranches(branches, wait, severalFailed)
    },
    async close(wait: WaitOptions = {}) {
      checkWait('close()', ILLEGAL_OPTION, wait)
      return closing.close(() => {
        notices.tellAll()
        return closeBranches(branches, wait, (branch, ended) => branch.report(ended))
      })
    },
    stats: () => recordOf(branches.map((branch) => [branch.name, branch.stats()])),
  }
}

/** A sink that hasn't taken an event yet, and whether it will. */
interface Pending {
  readonly branch: Branch
  readonly answer: Promise<boolean>
}

/**
 * Waits until each sink has taken the event or failed to. A sink that takes longer than the limit is overdue until then. Returns
 * false if all failed.
 */
async function takenBy(pending: readonly Pending[], limit: Pick<Limit, 'clock' | 'limitMs'>): Promise<boolean> {
  const unsettled = new Set(pending.map(({ branch }) => branch))
  let isTimeUp = false
  const answers = pending.map(async ({ branch, answer }) => {
    const isTaken = await answer
    unsettled.delete(branch)
    if (isTimeUp) branch.overdue--
    return isTaken
  })
  const late = (): void => {
    isTimeUp = true
    for (const branch of unsettled) branch.overdue++
  }
  // Sinks that are overdue may still take it.
  return withinLimit(Promise.all(answers), { ...limit, late }).then(
    (all) => all.includes(true),
    () => true,
  )
}

/** Tells the other sinks what a sink has lost since the last notice about it. */
class LossNotices {
  readonly #branches: readonly Branch[]
  readonly #intervalMs: number
  readonly #clock: Clock
  readonly #events = new DroppedEvents()

  constructor(branches: readonly Branch[], intervalMs: number, clock: Clock) {
    this.#branches = branches
    this.#intervalMs = intervalMs
    this.#clock = clock
  }

  tellDue(): void {
    for (const branch of this.#branches)
      if (branch.drops.untold > 0 && this.#clock.now() >= branch.nextNoticeAt) this.#tell(branch)
  }

  tellAll(): void {
    for (const branch of this.#branches) if (branch.drops.untold > 0) this.#tell(branch)
  }

  #tell(branch: Branch): void {
    const now = this.#clock.now()
    branch.nextNoticeAt = now + this.#intervalMs
    const notice = this.#events.make(now, droppedData(branch.name, branch.drops))
    const told = this.#branches.filter((other) => other !== branch && other.tryEmitNotice(notice))
    if (told.length === 0) branch.drops.putBack()
  }
}

/** The error of an event that no sink took: that of a sink that failed, if one did. */
function noTaker(branches: readonly Branch[]): unknown {
  const failed = branches.find(({ drops }) => drops.lastError !== undefined)
  if (failed !== undefined) return failed.drops.lastError?.error
  const overdue = branches.map(({ name, waiting }) => `"${name}" has not settled ${waiting} calls of emit`).join(', ')
  return new StageflowError('sink-buffered/downstream', `No sink of the fan-out takes events any more: ${overdue}.`)
}
