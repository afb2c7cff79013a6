// oxlint-disable no-restricted-globals -- dates are made of the times that a clock has given
import { Cron } from 'croner'

import { StageflowError } from '@stageflow/core'
import { asClause, show, textOf } from '@stageflow/core/kit'

/** The times of a cron expression, in ms since 1970. */
export class CronTimes {
  readonly #cron: Cron

  /** Throws `durable-engine/illegal-option` for a cron expression or a time zone that can't be read. `name`: that of its schedule. */
  constructor(name: string, cron: string, timezone: string) {
    const refuse = (problem: string): StageflowError => illegal(name, problem)
    try {
      new Intl.DateTimeFormat('en', { timeZone: timezone })
    } catch {
      throw refuse(`the timezone ${show(timezone)}; pass a name of the IANA database, such as 'Europe/Berlin'.`)
    }
    // With a colon it would be a date, and a question mark would be the time at which it is read.
    if (/[:?]/.test(cron)) throw refuse(`the cron expression ${show(cron)}; ${EXAMPLE}`)
    // Otherwise croner would tell of seven, which it can read too. A name such as @daily is one field.
    const fields = cron.trim().split(/\s+/).length
    const isName = cron.trim().startsWith('@')
    if (!isName && fields !== 5 && fields !== 6)
      throw refuse(`the cron expression ${show(cron)}, which has ${fields} field${fields === 1 ? '' : 's'}; ${EXAMPLE}`)
    try {
      this.#cron = new Cron(cron, { paused: true, timezone, mode: '5-or-6-parts' })
    } catch (error) {
      throw refuse(
        `the cron expression ${show(cron)}: ${asClause(textOf(error)).replace('CronPattern: ', '')}. Instead, ${EXAMPLE}`,
      )
    }
  }

  /** The first time after this one; undefined if no later time matches. */
  after(time: number): number | undefined {
    return this.#cron.nextRun(new Date(time))?.getTime()
  }
  /** The last time that has come at this one; undefined if no time has come yet. */
  upTo(time: number): number | undefined {
    // croner looks for those before.
    return this.#cron.previousRuns(1, new Date(time + 1))[0]?.getTime()
  }
}

const EXAMPLE = "pass five fields, or six with the seconds first, such as '0 9 * * 1-5' for 9:00 from Monday to Friday."

/** The error for what a schedule can't be made of. */
const illegal = (name: string, problem: string): StageflowError =>
  new StageflowError('durable-engine/illegal-option', `schedule(): "${name}" was given ${problem}`)
/** The error for a cron expression without a time to come. */
export const neverComes = (name: string, cron: string): StageflowError =>
  illegal(name, `the cron expression ${show(cron)}, whose time never comes; ${EXAMPLE}`)

/** The id of the run of one time of a schedule. */
export const scheduledRunId = (name: string, time: number): string => `${name}/${new Date(time).toISOString()}`
