import type { ChildResult, StageOutput } from '@stageflow/core'
import { systemClock } from '@stageflow/core'
import { checkArgumentCount, read, retryAfterMs } from '@stageflow/core/kit'

import { checkEnded, resultIn } from './ending.ts'
import type { Result } from './ending.ts'

/**
 * In how many seconds a client may try again, for the header `Retry-After`; undefined if nothing says so. An open circuit says it, a retry that
 * gave up, and a server that the run called. They are found in child runs too. Throws `http/illegal-option`.
 */
export function retryAfterOf(ended: unknown): number | undefined {
  checkArgumentCount(arguments.length, 1, 'retryAfterOf(result)', 'http/illegal-option')
  checkEnded('retryAfterOf()', ended)
  const result = resultIn(ended)
  const ms = result === undefined ? waitOfError(ended, systemClock.now()) : waitOfRun(result, result.report.endedAt)
  // A circuit that waits for its probe says 0.
  return ms === undefined ? undefined : Math.max(1, Math.ceil(ms / 1_000))
}

/** The wait that a failed stage of a run asks for, that of the first error before others; then that of a child run. */
function waitOfRun(run: Result | ChildResult, now: number): number | undefined {
  const outputs: Readonly<Record<string, StageOutput | undefined>> = run.outputs
  const first = 'errors' in run ? run.errors[0]?.stage : undefined
  const failed = Object.keys(outputs).toSorted((one, other) => Number(other === first) - Number(one === first))
  for (const stage of failed) {
    const ms = waitOfOutput(outputs[stage], now)
    if (ms !== undefined) return ms
  }
  for (const child of Object.values(run.children ?? {})) {
    const ms = waitOfRun(child, now)
    if (ms !== undefined) return ms
  }
  return undefined
}

function waitOfOutput(output: StageOutput | undefined, now: number): number | undefined {
  if (output?.status !== 'fail') return undefined
  // An error that went through a journal has lost its fields. The data of its stage is kept.
  return waitOfError(output.error, now) ?? milliseconds(read(output.data, 'afterMs'))
}

const DEEPEST_CAUSE = 10

function waitOfError(error: unknown, now: number): number | undefined {
  let one = error
  for (let depth = 0; depth < DEEPEST_CAUSE && one !== undefined; depth++) {
    const ms = milliseconds(read(one, 'afterMs'))
    if (ms !== undefined) return ms
    one = read(one, 'cause')
  }
  return retryAfterMs(error, now)
}

const milliseconds = (value: unknown): number | undefined =>
  Number.isFinite(value) && (value as number) >= 0 ? (value as number) : undefined
