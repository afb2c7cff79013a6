import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { EventSink, Interceptor } from '../src/index.ts'

const suspending = new Pipeline('demo')
  .withStage('ask', () => StageOutput.suspend({ question: 'go on?' }))
  .withStage('after', () => ({}), { dependencies: ['ask'] })

test('a cancel while the last event of a suspended run is published changes nothing', async () => {
  const sink: EventSink = { tryEmit: () => true, emit: () => clock.sleep(50) }
  const run = suspending.build({ clock, eventSink: sink }).start()
  await clock.advance(10)
  run.cancel('too late')
  await clock.advance(100)
  const result = await run.settled
  expect(result.status).toBe('suspended')
  expect(result.report.stages['after']).toMatchObject({ status: undefined })
})

test('a cancel from an interceptor that is told how the run ended changes nothing', async () => {
  let cancel = (): void => {}
  const late: Interceptor = { name: 'late', onRun: () => ({ ended: () => cancel() }) }
  const run = suspending.build({ clock, interceptors: [late] }).start()
  cancel = () => run.cancel('too late')
  const result = await run.settled
  expect(result.status).toBe('suspended')
  expect(result.report.stages['after']).toMatchObject({ status: undefined })
})
