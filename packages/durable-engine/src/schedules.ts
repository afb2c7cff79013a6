import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { checkLegWithoutCaller, isGuarded } from '@stageflow/core/durable'
import { plainOptions } from '@stageflow/core/kit'

import { checkScheduleName, checkWho } from './arguments.ts'
import { scheduledRunId } from './cron-times.ts'
import type { SystemScheduleOptions } from './handle.ts'
import type { Journal } from './journal.ts'
import { CronSchedule, checkSchedule } from './schedule.ts'
import type { RunSchedule } from './schedule.ts'
import type { Starts } from './starts.ts'

export type AnySchedule = SystemScheduleOptions<unknown, unknown>

/** The schedules of one handle, by their names. */
export class Schedules {
  readonly #plan: { readonly journal: Journal; readonly clock: Clock }
  readonly #starts: Starts
  readonly #schedules = new Map<string, CronSchedule>()
  #isOver = false

  constructor(plan: { readonly journal: Journal; readonly clock: Clock }, starts: Starts) {
    this.#plan = plan
    this.#starts = starts
  }

  /** Puts a schedule in the place of an earlier one of its name. `system`: the part of the app that starts its runs; undefined without a name. */
  async add(name: string, given: AnySchedule, system?: string): Promise<RunSchedule> {
    checkScheduleName(name)
    const { who, ...rest } = plainOptions(given)
    if (system === undefined) checkSchedule(given)
    else {
      checkSchedule(rest)
      checkWho(who)
    }
    const { cron, timezone = 'UTC', graph, input = {}, options = {} } = rest
    checkLegWithoutCaller('schedule()', graph, options)
    if (system === undefined && isGuarded(graph)) throw guardedSchedule(name)
    const author = system === undefined ? undefined : { ...who, system }
    const start = (time: number): Promise<void> => {
      const runId = scheduledRunId(name, time)
      const runInput = typeof input === 'function' ? input(time) : input
      return this.#starts.startOnce(graph, runId, { input: runInput, options, author, scheduled: { name, time } })
    }
    const made = new CronSchedule({ ...this.#plan, name, cron, timezone, start })
    await made.begin()
    this.#schedules.get(name)?.stop()
    this.#schedules.set(name, made)
    if (this.#isOver) made.stop()
    return made
  }

  stop(): void {
    this.#isOver = true
    for (const each of this.#schedules.values()) each.stop()
  }
}

const guardedSchedule = (name: string): StageflowError =>
  new StageflowError(
    'durable-engine/illegal-option',
    `schedule(): the interceptors of the graph of "${name}" check who starts a run, and a schedule has no caller. Start its runs by the name of a part of the app: runs.as('nightly').schedule('${name}', { …, who: { userId, orgId } }).`,
  )
