import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { templateName, type SlowCall, type TemplateNameOptions } from './index.ts'

/** Runs a stage of 500 ms and one of 1,500 ms. */
async function slowCallsWith(options: Omit<TemplateNameOptions, 'onSlow'>): Promise<SlowCall[]> {
  const calls: SlowCall[] = []
  const clock = manualClock()
  const run = new Pipeline('chat')
    .withStage('quick', (context) => context.clock.sleep(500, context.signal))
    .withStage('slow', (context) => context.clock.sleep(1_500, context.signal))
    .build({ clock, interceptors: [templateName({ onSlow: (call) => calls.push(call), ...options })] })
    .run()
  await clock.runAll()
  await run
  return calls
}

test('a call that takes longer than a second is reported', async () => {
  assert.deepEqual(await slowCallsWith({}), [{ stage: 'slow', status: 'ok', durationMs: 1_500 }])
})

test('the limit is an option', async () => {
  const calls = await slowCallsWith({ slowMs: 100 })
  assert.deepEqual(
    calls.map(({ stage }) => stage),
    ['quick', 'slow'],
  )
})

test('wrong and missing options are refused, each by its name', () => {
  const made = (options: object) => () => templateName(options as TemplateNameOptions)
  const code = 'template-name/illegal-option'
  assert.throws(made({ onSlow: () => {}, slowMs: 0 }), {
    code,
    message: /slowMs must be a number of milliseconds above 0/,
  })
  assert.throws(made({ slowMs: 5 }), { code, message: /onSlow must be a function \(call\) => void, not undefined/ })
})
