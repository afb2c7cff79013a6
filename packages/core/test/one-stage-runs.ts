import { Pipeline } from '../src/index.ts'
import type { Clock, EventSink, Interceptor, RunInput, RunOptions, StageContext } from '../src/index.ts'

type Stage = (context: StageContext) => object | Promise<object>

/** Builds and runs pipelines of one stage, "a", on the clock and with the sink that the test has then. */
export function oneStageRuns(current: () => { readonly clock: Clock; readonly eventSink: EventSink }) {
  const build = (interceptors: readonly Interceptor[], stage: Stage = () => ({ a: 1 })) =>
    new Pipeline('demo').withStage('a', stage).build({ ...current(), interceptors })
  const run = (interceptors: readonly Interceptor[], stage?: Stage, options?: RunOptions, input?: RunInput) =>
    build(interceptors, stage).runSettled(input, options)
  return { build, run }
}
