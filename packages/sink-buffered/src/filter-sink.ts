import type { EventSink, StageflowEvent } from '@stageflow/core'
import { isThenable } from './delivery.ts'
import { isLast } from './event-queue.ts'
import { endOf } from './end-of-sink.ts'
import { FLAG, optionProblems, problem, refuse, SINK } from './option-rules.ts'
import type { Rule } from './option-rules.ts'
import { typePattern } from './type-pattern.ts'

/** Types of events, in which `*` stands for any text (`stage.*.chunk`), or a function that says yes. */
export type EventChoice = string | readonly string[] | ((event: StageflowEvent) => boolean)

export interface FilterSinkOptions {
  /** What goes through. Default: everything. */
  readonly include?: EventChoice
  /** What does not, even if `include` has it. Default: nothing. */
  readonly exclude?: EventChoice
  /** Lets the last event of every run through, whatever the rest says. Default: false. */
  readonly keepLast?: boolean
}

export interface FilterStatistics {
  readonly passed: number
  readonly leftOut: number
  /** How many times a function threw, or answered with a promise; that event went through. */
  readonly errors: number
  readonly lastError: unknown
}

export interface FilterSink extends EventSink {
  flush(): Promise<void>
  close(): Promise<void>
  statistics(): FilterStatistics
}

const CHOICE: Rule = [
  (value) =>
    typeof value === 'function' ||
    isPattern(value) ||
    (Array.isArray(value) && value.length > 0 && value.every(isPattern)),
  'a type such as "stage.*.chunk", a list of them, or a function of the event',
]

/** Hands on the events that are chosen; what it leaves out counts as taken. `flush` and `close` are those of the sink behind. Errors: `sink-buffered/illegal-option`, `sink-buffered/downstream`. */
export function filterSink(downstream: EventSink, options: FilterSinkOptions = {}): FilterSink {
  refuse('filterSink()', [
    ...problem('the sink behind it', downstream, SINK),
    ...optionProblems(options, { include: CHOICE, exclude: CHOICE, keepLast: FLAG }),
  ])
  const isIncluded = options.include === undefined ? undefined : test(options.include)
  const isExcluded = options.exclude === undefined ? undefined : test(options.exclude)
  const { keepLast = false } = options
  let passed = 0
  let leftOut = 0
  let errors = 0
  let lastError: unknown

  function goesThrough(event: StageflowEvent): boolean {
    let chosen = true
    try {
      chosen =
        (keepLast && isLast(event)) ||
        ((isIncluded === undefined || isIncluded(event)) && (isExcluded === undefined || !isExcluded(event)))
    } catch (error) {
      // Too much is better than an event that is lost by mistake.
      errors++
      lastError = error
    }
    if (chosen) passed++
    else leftOut++
    return chosen
  }

  return {
    emit: (event) => (goesThrough(event) ? downstream.emit(event) : undefined),
    tryEmit: (event) => (goesThrough(event) ? downstream.tryEmit(event) : true),
    flush: () => endOf(downstream, 'flush'),
    close: () => endOf(downstream, 'close'),
    statistics: () => Object.freeze({ passed, leftOut, errors, lastError }),
  }
}

function test(choice: EventChoice): (event: StageflowEvent) => boolean {
  if (typeof choice === 'function')
    return (event) => {
      const answer: unknown = choice(event)
      if (isThenable(answer)) {
        Promise.resolve(answer).catch(() => {})
        throw new TypeError('The function answered with a promise; it must answer true or false at once.')
      }
      return Boolean(answer)
    }
  const patterns = (typeof choice === 'string' ? [choice] : choice).map(typePattern)
  return ({ type }) => patterns.some((isLike) => isLike(type))
}

function isPattern(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
