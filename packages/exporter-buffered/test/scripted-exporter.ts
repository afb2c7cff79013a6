import type { StageflowEvent } from '@stageflow/core'
import { eventOf as makeEvent } from '@stageflow/testing'

import type { Exporter } from '../src/index.ts'

/** An event without a run. Its number is its `seq`. */
export function eventOf(seq: number, type = 'app.said'): StageflowEvent {
  return makeEvent(type, { seq }, { seq, timestamp: seq, pipelineRunId: 'run' })
}

export interface ScriptedExporter extends Exporter {
  /** The batches that were written, each as the numbers of its events. */
  readonly batches: (readonly number[])[]
  /** All of them, in order. */
  readonly written: () => readonly number[]
  /** The batches, in the order of the calls. */
  readonly calls: (readonly StageflowEvent[])[]
  readonly signals: (AbortSignal | undefined)[]
  /** While it is set every export rejects with it. */
  failure: unknown
  /** While it is true an export waits for `answer`. */
  isHeld: boolean
  /** Lets the oldest export that is held end, with an error if one is given. */
  answer(error?: Error): void
  /** How many exports are in progress. */
  readonly underWay: () => number
  /** The largest number of exports in progress at once. */
  readonly mostUnderWay: () => number
}

/** An exporter that does what the test says. */
export function scriptedExporter(): ScriptedExporter {
  const held: ((error?: Error) => void)[] = []
  let underWay = 0
  let most = 0
  const scripted: ScriptedExporter = {
    batches: [],
    calls: [],
    signals: [],
    failure: undefined,
    isHeld: false,
    written: () => scripted.batches.flat(),
    underWay: () => underWay,
    mostUnderWay: () => most,
    answer: (error) => held.shift()?.(error),
    async export(events, options) {
      scripted.calls.push(events)
      scripted.signals.push(options?.signal)
      most = Math.max(most, ++underWay)
      try {
        if (scripted.isHeld)
          await new Promise<void>((resolve, reject) => held.push((error) => (error ? reject(error) : resolve())))
        if (scripted.failure !== undefined) await Promise.reject(scripted.failure as Error)
        scripted.batches.push(events.map(({ seq }) => seq))
      } finally {
        underWay--
      }
    },
  }
  return scripted
}

/** Whole numbers from `first` to `last`. */
export function numbers(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
