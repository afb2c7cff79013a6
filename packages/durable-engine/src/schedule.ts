import { StageflowError } from '@stageflow/core'
import type { Clock, RunInput, StageGraph } from '@stageflow/core'
import { ANY, type OptionRules, TEXT, checkOptions, isPlain, required, show } from '@stageflow/core/kit'

import { CronTimes, neverComes } from './cron-times.ts'
import { ask } from './journal.ts'
import type { Act, Journal } from './journal.ts'
import type { RunRow, ScheduleRow } from './rows.ts'
import type { DurableRunOptions } from './runs.ts'

/** When to start runs of a graph, and with what. */
export type ScheduleOptions<Stages, Ports> = {
  /** Five fields, or six with the seconds first: minute, hour, day of the month, month, day of the week. */
  readonly cron: string
  /** Where the cron expression is read, such as `'Europe/Berlin'`. Default: `'UTC'`. */
  readonly timezone?: string
  readonly graph: StageGraph<Stages, Ports>
  /** The input of each run, or a function of its time, in ms since 1970. Default: `{}`. */
  readonly input?: RunInput | ((time: number) => RunInput)
} & ({} extends Ports
  ? { readonly options?: Omit<DurableRunOptions<Ports>, 'signal'> }
  : { readonly options: Omit<DurableRunOptions<Ports>, 'signal'> })

/** A schedule of this process. */
export interface RunSchedule {
  /** When it starts its next run, in ms since 1970. Undefined once it is over: it was stopped, another took its place, or no time is left. */
  readonly next: number | undefined
  /**
   * Why the last time could not be started yet, while it is tried again: `durable-engine/taken-id` if a caller has started a run under its id.
   * `durable-engine/other-schedule` once another process has given the
   * schedule other times: then this one is over.
   */
  readonly error: unknown
  /** Starts no more runs here. Runs in progress go on, and so do other processes. */
  stop(): void
}

export interface SchedulePlan {
  readonly name: string
  readonly cron: string
  readonly timezone: string
  readonly journal: Journal
  readonly clock: Clock
  /** Starts the run of a time, unless there is one. Resolves once the run is in the journal. */
  readonly start: (time: number) => Promise<void>
}

/** The wall clock may be set, and a laptop may sleep: timers know nothing of both, so a schedule looks at the clock this often. */
const LONGEST_SLEEP_MS = 60_000
/** How long after an error a run is tried again. */
const RETRY_MS = 5_000

/** Starts a run at each time of a cron expression, in one of the processes that have the schedule. */
export class CronSchedule implements RunSchedule {
  readonly #plan: SchedulePlan
  readonly #times: CronTimes
  /** The newest time whose run was started, or when the journal got the schedule. */
  #newest = 0
  #next: number | undefined
  #error: unknown
  #isOver = false
  #cancelTimer: (() => void) | undefined

  constructor(plan: SchedulePlan) {
    this.#plan = plan
    const { name, cron, timezone, clock } = plan
    this.#times = new CronTimes(name, cron, timezone)
    if (this.#times.after(clock.now()) === undefined) throw neverComes(name, cron)
  }

  get next(): number | undefined {
    return this.#next
  }
  get error(): unknown {
    return this.#error
  }

  /** Puts the schedule into the journal, in the place of an earlier one of its name. */
  async begin(): Promise<void> {
    const { journal, clock } = this.#plan
    const row = await journal.write(() => registered(this.#plan, clock.now()))
    this.#newest = row.newest
    this.#sleep(0)
  }
  stop(): void {
    this.#isOver = true
    this.#next = undefined
    this.#cancelTimer?.()
  }

  /** Looks at the clock again, at the latest after `leastMs` and as long as the next time is away. */
  #sleep(leastMs: number): void {
    const { clock } = this.#plan
    const now = clock.now()
    this.#next = this.#isOver ? undefined : this.#times.after(this.#newest)
    if (this.#next === undefined) return
    const ms = Math.max(leastMs, Math.min(this.#next - now, LONGEST_SLEEP_MS))
    this.#cancelTimer = clock.setTimeout(() => void this.#look(), Math.max(0, ms))
  }

  /** Starts the run of the newest time that has passed. Earlier ones were missed. Never rejects. */
  async #look(): Promise<void> {
    const now = this.#plan.clock.now()
    if (this.#next !== undefined && this.#next > now) return this.#sleep(0)
    try {
      await this.#start(now)
      this.#error = undefined
      this.#sleep(0)
    } catch (error) {
      this.#error = error
      this.#sleep(RETRY_MS)
    }
  }
  async #start(now: number): Promise<void> {
    const { name, journal, cron, timezone, start } = this.#plan
    const row = await journal.read(ask('findSchedule', name))
    if (row?.cron !== cron || row.timezone !== timezone) {
      this.stop()
      throw otherSchedule(this.#plan, row)
    }
    this.#newest = Math.max(this.#newest, row.newest)
    const next = this.#times.after(this.#newest)
    if (next === undefined || next > now || this.#isOver) return
    const time = Math.max(next, this.#times.upTo(now) ?? next)
    await start(time)
    this.#newest = time
  }
}

/** A time that another process has started doesn't come again, also if the clock is set back. */
function* registered({ name, cron, timezone }: SchedulePlan, now: number): Act<ScheduleRow> {
  const known = yield* ask('findSchedule', name)
  if (known?.cron === cron && known.timezone === timezone) return known
  // What a new schedule would have missed isn't run.
  const row = { name, cron, timezone, newest: Math.max(now, known?.newest ?? 0) }
  yield* ask('putSchedule', row)
  return row
}

/** A run under the id of a time, which the schedule has not started. */
export const takenId = (name: string, { id, pipeline }: Pick<RunRow, 'id' | 'pipeline'>): StageflowError =>
  new StageflowError(
    'durable-engine/taken-id',
    `Schedule "${name}" can't start its run "${id}": a caller has started a run of "${pipeline}" under that id. Don't let callers choose ids that begin with "${name}/". Start what the schedule missed under another id.`,
  )

function otherSchedule({ name, cron, timezone, journal }: SchedulePlan, row: ScheduleRow | undefined): StageflowError {
  const found = row === undefined ? 'no schedule of this name' : `${show(row.cron)} in ${row.timezone}`
  return new StageflowError(
    'durable-engine/other-schedule',
    `Schedule "${name}" is over in this process: the journal "${journal.name}" has ${found}, and this process has ${show(cron)} in ${timezone}. If the times of this process are the right ones, call schedule() again.`,
  )
}

const RULES: OptionRules<ScheduleOptions<unknown, unknown>> = {
  cron: required(TEXT),
  timezone: TEXT,
  graph: required(ANY),
  input: [
    (value) => typeof value === 'function' || isPlain(value),
    'the input of each run, or a function (time) => input',
  ],
  // One signal would cancel all later runs as they start. `stop()` ends a schedule.
  options: [
    (value) => isPlain(value) && value['signal'] === undefined,
    'the options of each run, such as { ports }, without a signal: stop() ends the schedule, and cancel() a run',
  ],
}

/** Throws `durable-engine/illegal-option`. */
export function checkSchedule(options: unknown): void {
  checkOptions('schedule()', 'durable-engine/illegal-option', options, RULES)
}
