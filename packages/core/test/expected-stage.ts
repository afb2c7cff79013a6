import type { Counts } from './reference-join.ts'

/** How a stage is expected to end. */
export interface ExpectedStage {
  phase: 'waiting' | 'ready' | 'running' | 'settled'
  status: 'ok' | 'skip' | 'fail' | 'cancel'
  /** What its reason or error may say; more than one where one instant gives several. */
  kinds: readonly string[]
  counts: Counts | undefined
  tolerated: boolean
  abandoned: boolean
  readyAt: number | undefined
  startedAt: number | undefined
  endedAt: number | undefined
  attempts: number
  chunks: number
  /** How its dependencies stood when it started. */
  inputs: readonly string[]
  /** Until when its code runs. */
  codeEndsAt: number | undefined
  /** When the interceptor loses patience. */
  answersAt: number | undefined
  /** Until when a second call waits for the code of the first. */
  waitsUntil: number | undefined
  /** Its code obeys the abort of the run. */
  heeds: boolean
}

/** A stage of a run that has not begun. */
export const untouched = (): ExpectedStage => ({
  phase: 'waiting',
  status: 'cancel',
  kinds: ['never'],
  counts: undefined,
  tolerated: false,
  abandoned: false,
  readyAt: undefined,
  startedAt: undefined,
  endedAt: undefined,
  attempts: 0,
  chunks: 0,
  inputs: [],
  codeEndsAt: undefined,
  answersAt: undefined,
  heeds: false,
  waitsUntil: undefined,
})
