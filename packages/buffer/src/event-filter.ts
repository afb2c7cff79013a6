import type { StageflowEvent } from '@stageflow/core'
import { FLAG, isLastEvent, isThenable } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { checkGiven } from './argument-rules.ts'
import { PATTERNS, SOME_PATTERNS, matchEvents } from './event-pattern.ts'
import type { EventPattern } from './event-pattern.ts'

export interface EventChoice {
  /** The events that pass: types such as `stage.*.failed`, regular expressions, functions, or a list of them. Default: all. */
  readonly include?: EventPattern | readonly EventPattern[]
  /** The events that don't pass, even if `include` has them. Default: none. */
  readonly exclude?: EventPattern | readonly EventPattern[]
  /** Whether the last event of each run passes in any case. Default: false. */
  readonly keepLast?: boolean
}

export interface EventFilterStats {
  readonly passed: number
  /** Events that didn't pass, those that a function couldn't judge included. */
  readonly heldBack: number
  /** How often a function threw, or returned a promise. */
  readonly errors: number
  readonly lastError: unknown
}

export const EVENT_FILTER_RULES: OptionRules<EventChoice> = {
  include: SOME_PATTERNS,
  exclude: PATTERNS,
  keepLast: FLAG,
}
/** The options of a filter in front of a sink have a clock too. */
const KNOWN = [...Object.keys(EVENT_FILTER_RULES), 'clock']

/**
 * Decides which events pass. It fails closed: an event that a function throws for doesn't pass, because a filter may be there to
 * keep something back. The error is counted.
 */
export class EventFilter {
  #passed = 0
  #heldBack = 0
  #errors = 0
  #lastError: unknown
  readonly #isIncluded: (event: StageflowEvent) => boolean
  readonly #isExcluded: (event: StageflowEvent) => boolean
  readonly #keepLast: boolean

  /** Errors: `buffer/illegal-option`. */
  constructor(choice: EventChoice) {
    checkGiven('new EventFilter()', choice, EVENT_FILTER_RULES, KNOWN)
    const { include, exclude, keepLast = false } = choice
    this.#isIncluded = include === undefined ? () => true : matchEvents(synchronous(include))
    this.#isExcluded = matchEvents(synchronous(exclude ?? []))
    this.#keepLast = keepLast
  }

  passes(event: StageflowEvent): boolean {
    const isPassing = this.#judge(event)
    if (isPassing) this.#passed++
    else this.#heldBack++
    return isPassing
  }

  stats(): EventFilterStats {
    return Object.freeze({
      passed: this.#passed,
      heldBack: this.#heldBack,
      errors: this.#errors,
      lastError: this.#lastError,
    })
  }

  #judge(event: StageflowEvent): boolean {
    try {
      if (this.#keepLast && isLastEvent(event)) return true
      return this.#isIncluded(event) && !this.#isExcluded(event)
    } catch (error) {
      this.#errors++
      this.#lastError = error
      return false
    }
  }
}

/** A promise is true in every condition, so an asynchronous function would exclude, or include, every event. */
function synchronous(patterns: EventPattern | readonly EventPattern[]): readonly EventPattern[] {
  return [patterns].flat().map((pattern) => {
    if (typeof pattern !== 'function') return pattern
    return (event) => {
      const answer: unknown = pattern(event)
      if (!isThenable(answer)) return Boolean(answer)
      Promise.resolve(answer).catch(() => {})
      throw new TypeError(
        'A function of a filter returned a promise. Make it synchronous: it must return true or false.',
      )
    }
  })
}
