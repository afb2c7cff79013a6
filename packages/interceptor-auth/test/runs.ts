import { Pipeline } from '@stageflow/core'
import type { Interceptor, PipelineResult, FailedResult, RunOptions } from '@stageflow/core'
import { type ManualClock, type RecordingSink, manualClock, recordingSink } from '@stageflow/testing'

import { type Verify, auth } from '../src/index.ts'
import { NOW_MS } from './tokens.ts'

export interface Attempt {
  readonly result: PipelineResult<unknown> | FailedResult<unknown>
  /** The code that the run failed with; undefined if it completed. */
  readonly code: string | undefined
  /** Whether any stage was started. */
  readonly started: boolean
  readonly sink: RecordingSink
  readonly clock: ManualClock
}

/** Runs a pipeline of one stage behind `auth`. */
export async function attempt(
  verify: Verify,
  options: RunOptions,
  inside: readonly Interceptor[] = [],
): Promise<Attempt> {
  const sink = recordingSink()
  const clock = manualClock({ startAt: NOW_MS })
  let started = false
  const result = await new Pipeline('guarded')
    .withStage('answer', ({ userId, orgId }) => {
      started = true
      return { userId, orgId }
    })
    .build({ clock, eventSink: sink, interceptors: [auth({ verify }), ...inside] })
    .runSettled({}, options)
  const code = result.status === 'failed' ? result.errors[0]?.code : undefined
  return { result, code, started, sink, clock }
}

/** The codes that a run failed with; its status if it didn't fail. */
export function codesOf(result: { readonly status: string }): readonly string[] | string {
  const { errors } = result as { readonly errors?: readonly { readonly code: string }[] }
  return result.status === 'failed' && errors !== undefined ? errors.map(({ code }) => code) : result.status
}
