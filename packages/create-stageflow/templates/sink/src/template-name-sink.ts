import {
  StageflowError,
  type EventSink,
  type StageflowEvent,
  type WaitOptions,
} from '@stageflow/core'
import {
  checkArgumentCount,
  checkWait,
  endWithin,
  eventFacts,
  withinLimit,
} from '@stageflow/core/kit'
import {
  ILLEGAL_OPTION,
  settingsOf,
  type TemplateNameSinkOptions,
} from './sink-options.ts'

export interface TemplateNameReport {
  /** Events that were written. */
  readonly delivered: number
  /** Events that were accepted, and not written. */
  readonly lost: number
  /** Why events were lost; undefined if none were. */
  readonly error: unknown
}

export interface TemplateNameStats {
  readonly accepted: number
  readonly delivered: number
  readonly lastError: unknown
}

export interface TemplateNameSink extends EventSink {
  /**
   * Resolves once all accepted events are written, after 5,000 ms at most,
   * with what was delivered and what was lost.
   */
  close(options?: WaitOptions): Promise<TemplateNameReport>
  stats(): TemplateNameStats
}

/**
 * Writes each event as a line, in batches. Errors:
 * `sink-template-name/illegal-option`, `sink-template-name/timed-out`.
 */
export function templateNameSink(
  options: TemplateNameSinkOptions,
): TemplateNameSink {
  checkArgumentCount(
    arguments.length,
    1,
    'templateNameSink(options)',
    ILLEGAL_OPTION,
  )
  const { write, maxWaiting, clock } = settingsOf(options)
  let lines: string[] = []
  let writing: Promise<void> | undefined
  let accepted = 0
  let delivered = 0
  let lastError: unknown

  async function writeAll(): Promise<void> {
    await Promise.resolve() // events that come at once become one batch
    while (lines.length > 0) {
      const batch = lines
      lines = []
      try {
        await write(batch.join(''))
        delivered += batch.length
      } catch (error) {
        lastError = error
      }
    }
    writing = undefined
  }

  function accept(event: StageflowEvent): boolean {
    if (lines.length >= maxWaiting) return false
    lines.push(lineOf(event))
    accepted++
    writing ??= writeAll()
    return true
  }

  return {
    core: '^1.0.0',
    tryEmit: accept,
    async emit(event) {
      while (!accept(event)) await writing
    },
    async flush(wait = {}) {
      checkWait('flush()', ILLEGAL_OPTION, wait)
      const { timeoutMs = Infinity, signal } = wait
      const late = () => timedOut('flush()', timeoutMs)
      await withinLimit((async () => writing)(), {
        clock,
        limitMs: timeoutMs,
        signal,
        late,
      })
    },
    async close(wait = {}) {
      checkWait('close()', ILLEGAL_OPTION, wait)
      const { timeoutMs = 5_000 } = wait
      const late = () => timedOut('close()', timeoutMs)
      const { error = lastError } = await endWithin(async () => writing, {
        ...wait,
        timeoutMs,
        clock,
        late,
      })
      return Object.freeze({ delivered, lost: accepted - delivered, error })
    },
    stats: () => Object.freeze({ accepted, delivered, lastError }),
  }
}

/**
 * Facts only: what the words of users could be in is left out. A line has
 * no line break, because JSON escapes it.
 */
function lineOf(event: StageflowEvent): string {
  const { pipelineRunId, seq, type, timestamp } = event
  const data = eventFacts(event)
  const line = { pipelineRunId, seq, type, timestamp, data }
  return `${JSON.stringify(line)}\n`
}

function timedOut(call: string, timeoutMs: number): StageflowError {
  return new StageflowError(
    'sink-template-name/timed-out',
    `${call} has waited ${timeoutMs} ms for write(). ` +
      'Make it faster, or raise timeoutMs.',
  )
}
