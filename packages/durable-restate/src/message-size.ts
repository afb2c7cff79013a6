import { serde } from '@restatedev/restate-sdk'
import type { Serde } from '@restatedev/restate-sdk'
import { StageflowError } from '@stageflow/core'
import type { CallFacts } from '@stageflow/core/durable'

/**
 * How many bytes of JSON a step of a run may return. Restate has 32 MiB of memory for an attempt by default. If what one step returned
 * and what a later one returns exceed that together, it waits for ever: seen with 1.7.12, also without this package.
 */
export const MOST_STEP_BYTES: number = 15 * 1024 ** 2

/**
 * JSON. If a value is too large, it is replaced by `instead(value, bytes)`: otherwise Restate would wait for ever, or refuse it in
 * every attempt and carry its step out again.
 */
export const limited = <T>(instead: (value: T, bytes: number) => T): Serde<T> => ({
  contentType: 'application/json',
  deserialize: (bytes) => serde.json.deserialize(bytes) as T,
  serialize: (value) => {
    const text = serde.json.serialize(value)
    return text.length <= MOST_STEP_BYTES ? text : serde.json.serialize(instead(value, text.length))
  },
})

const limit = (bytes: number): string =>
  `${bytes} bytes as JSON, and at most ${MOST_STEP_BYTES} are kept. Store large data elsewhere, and pass its key`

/** The facts of a call. If they are too large, the stage fails with `durable-restate/too-large`. */
export const CALL_FACTS: Serde<CallFacts> = limited(
  ({ startedAt, endedAt, after, attempts, chunks, decided }, bytes) => ({
    ...tooLarge(`The output of the stage has ${limit(bytes)}.`, startedAt, after),
    endedAt,
    attempts,
    ...(chunks !== undefined && { chunks }),
    ...(decided !== undefined && { decided }),
  }),
)

/** The facts of a call on another machine that can't begin, because it would carry too many facts. */
export const factsTooLarge = (at: number, after: number, bytes: number): CallFacts =>
  tooLarge(
    `The call on another machine carries the input and outputs of its run so far: ${limit(bytes)}, or let the stage run in place.`,
    at,
    after,
  )

/** Throws `durable-restate/too-large` for an answer that is too large. */
export function checkAnswerSize(runId: string, key: string, answer: unknown): void {
  const bytes = serde.json.serialize(answer).length
  if (bytes > MOST_STEP_BYTES)
    throw new StageflowError(
      'durable-restate/too-large',
      `The answer for "${key}" of the run "${runId}" has ${limit(bytes)}.`,
    )
}

/** The same for what a run is stopped with. `what`: the reason to cancel, or what interrupts, as a part of the sentence. */
export function checkStopSize(runId: string, what: string, stop: unknown): void {
  const bytes = serde.json.serialize(stop).length
  if (bytes > MOST_STEP_BYTES)
    throw new StageflowError('durable-restate/too-large', `${what} the run "${runId}" has ${limit(bytes)}.`)
}

/** What is kept of a result that is too large. */
export interface TooLarge {
  readonly bytes: number
}

export const resultTooLarge = (runId: string, { bytes }: TooLarge): StageflowError =>
  new StageflowError('durable-restate/too-large', `The run "${runId}" has ended, but its result has ${limit(bytes)}.`)

const tooLarge = (message: string, at: number, after: number): CallFacts => ({
  status: 'fail',
  by: 'engine',
  error: { code: 'durable-restate/too-large', message },
  startedAt: at,
  endedAt: at,
  after,
})
