import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { gate } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { pino } from 'pino'
import { expect, test } from 'vitest'

import { LoggingEventSink, createStageflow } from './index.ts'

// What a stage does behind a gate that refuses it is in no log line and in no metric.

const SECRET = 'the-refused-answer'
const clock = manualClock()

const HELD: Readonly<Record<string, (context: StageContext) => object>> = {
  returns: () => ({ text: SECRET }),
  'returns late': async () => {
    await clock.sleep(5)
    return { text: SECRET }
  },
  yields: async function* () {
    yield SECRET
    await clock.sleep(5)
    yield SECRET
    return { text: SECRET }
  },
  emits: ({ tryEmitEvent }) => {
    tryEmitEvent('app.said', { text: SECRET })
    return { text: SECRET }
  },
  throws: async () => {
    await clock.sleep(1)
    throw new Error(SECRET)
  },
  fails: () => StageOutput.fail(SECRET, { data: { text: SECRET } }),
  skips: () => StageOutput.skip(SECRET),
  cancels: () => StageOutput.cancel(SECRET),
  'runs a child that fails': async ({ runChild }) => {
    const child = new Pipeline('child').withStage('inner', () => {
      throw new Error(SECRET)
    })
    await runChild(child).orFail()
    return {}
  },
}

/** Everything that the defaults write about a run, with a gate that opens, or refuses. */
async function writtenBy(held: (context: StageContext) => object, opens: boolean): Promise<string> {
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const app = createStageflow({ logger, clock, eventSink: new LoggingEventSink({ logger, level: () => 'trace' }) })
  const chat = new Pipeline('chat')
    .withStage('guard', async () => {
      await clock.sleep(20)
      return opens ? {} : StageOutput.skip('not allowed')
    })
    .withStage('answer', held, { dependencies: [gate('guard')] })
  const run = app.build(chat).runSettled({}, { chunkEvents: true, onStageFailure: 'continue' })
  await clock.advance(100)
  const result = await run
  lines.push(await app.registry.metrics(), JSON.stringify(result))
  const closing = app.close()
  await clock.runAll()
  await closing
  return lines.join('\n')
}

test.for(Object.entries(HELD))('nothing of a refused stage that %s is in a log line or a metric', async ([, held]) => {
  expect(await writtenBy(held, true)).toContain(SECRET)
  expect(await writtenBy(held, false)).not.toContain(SECRET)
})
