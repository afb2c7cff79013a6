import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { aroundRun, untilAborted } from './interceptors.ts'
import { Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext, StageflowEvent } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'

const guarded = new Pipeline('guarded').withStage(
  'check',
  (context: StageContext) => {
    context.onCleanup(() => clock.sleep(80))
    return StageOutput.fail('no')
  },
  StageKind.GUARD,
)
const cleaning = new Pipeline('cleaning').withStage('waits', async (context: StageContext) => {
  context.onCleanup(() => clock.sleep(60))
  await untilAborted(context)
})
const loop = new Pipeline('loop').withPipeline('sub', guarded, { repeat: repeatUntil('check') })
const child = new Pipeline('child').withPipeline('sub', cleaning)
const late = aroundRun((next) => async (run) => {
  const outcome = await next(run)
  clock.setTimeout(() => run.tryEmitEvent('background.late', {}), 20)
  return outcome
})
test.each<[what: string, pipeline: typeof loop | typeof child, interceptors: readonly Interceptor[]]>([
  ['a loop', loop, []],
  ['a loop and an interceptor', loop, [late]],
  ['a child in its cleanups', child, []],
  ['a child in its cleanups and an interceptor', child, [late]],
])('no event of %s follows the last event of a run', async (_, pipeline, interceptors) => {
  const events: StageflowEvent[] = []
  const slowSink = {
    tryEmit: (event: StageflowEvent) => void events.push(event),
    emit: (event: StageflowEvent) => (events.push(event), clock.sleep(60)),
  }
  const abort = new AbortController()
  const settled = pipeline
    .build({ clock, interceptors, eventSink: slowSink })
    .runSettled({ pipelineRunId: 'parent' }, { signal: abort.signal, graceMs: 30 })
  await clock.advance(5)
  abort.abort()
  await clock.advance(1_000)
  await settled
  expect(events.at(-1)).toMatchObject({ type: 'pipeline.cancelled', pipelineRunId: 'parent' })
})

test('a result does not change after it has settled', async () => {
  const graph = new Pipeline()
    .withStage('a', (context) => context.onCleanup(() => clock.sleep(60).then(() => Promise.reject(new Error('late')))))
    .build({
      clock,
      interceptors: [{ name: 'junk', settled: (record) => void (record.attempts as unknown[]).push('junk') }],
    })
  const settled = graph.runSettled({}, { cleanupMs: 10 })
  await clock.advance(10)
  const { report } = await settled
  const before = JSON.stringify(report)
  await clock.advance(100)
  expect(JSON.stringify((await settled).report)).toBe(before)
  expect(before).not.toContain('junk')
})
