import { failed } from '../contract/output.ts'
import type { Output } from '../contract/output.ts'

/** So many times a stage can catch up with that passed while its process was down. */
const MOST_IN_A_ROW = 1_000
/** A shorter time does not count as a pause. */
const SHORTEST_MS = 1

/** Counts the questions of stages and items whose times had passed when they were asked: each begins its call again at once. */
export class QuestionLoops {
  /** By the names of stages and items; only of those that ask so. */
  readonly #inARow = new Map<string, number>()

  /** Notes the fact of a call. */
  note(name: string, output: Output, endedAt: number): void {
    if (isDueAtOnce(output, endedAt)) this.#inARow.set(name, (this.#inARow.get(name) ?? 0) + 1)
    else if (this.#inARow.size > 0) this.#inARow.delete(name)
  }

  /** What a call ends with: a failure if it has asked so too often. It is that of the call, so each leg finds it in its fact. */
  checked(name: string, output: Output, now: number): Output {
    if (!isDueAtOnce(output, now) || (this.#inARow.get(name) ?? 0) < MOST_IN_A_ROW) return output
    return failed(
      'core/question-loop',
      `Stage "${name}" asked ${MOST_IN_A_ROW} times in a row with a time that had passed already, so it would run without a pause. Pass a later time, such as { forMs: 60_000 }, or end the stage if resumed.expired is true.`,
    )
  }
}

const isDueAtOnce = ({ status, until }: Output, now: number): boolean =>
  status === 'suspend' && until !== undefined && until - now < SHORTEST_MS
