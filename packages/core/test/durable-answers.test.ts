import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { Pipeline, StageOutput } from '../src/index.ts'
import { runDurable } from '../src/durable.ts'
import { ArrayExecutor } from './array-executor.ts'

test('the record of a stage that has been answered keeps the attempts that asked, in every leg', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p')
    .withStage('twice', async ({ resumed }) => {
      await clock.sleep(10)
      return resumed?.answer === 'sure' ? StageOutput.ok() : StageOutput.suspend('sure?')
    })
    .build({ clock })
  const start = { startedAt: clock.now() }
  const now = (): number => clock.now()
  const leg = async (
    facts: ArrayExecutor['facts'],
    answers: readonly (readonly [key: string, answer: unknown])[] = [],
  ) => {
    const executor = new ArrayExecutor(facts, { start, now })
    for (const [key, answer] of answers) executor.answer(key, answer)
    const running = runDurable(graph, executor)
    await clock.runAll()
    return { facts: executor.facts, result: await running }
  }

  const asked = await leg([])
  await clock.advance(1_000)
  const again = await leg(asked.facts, [['twice', 'what?']])
  await clock.advance(1_000)
  const last = await leg(again.facts, [['twice@2', 'sure']])

  const { attempts, startedAt, endedAt } = last.result.report.stages.twice
  expect(attempts).toEqual([
    { attempt: 1, startedAt: 0, endedAt: 10, status: 'suspend' },
    { attempt: 1, startedAt: 1_010, endedAt: 1_020, status: 'suspend' },
    { attempt: 1, startedAt: 2_020, endedAt: 2_030, status: 'ok' },
  ])
  expect({ startedAt, endedAt }).toEqual({ startedAt: 2_020, endedAt: 2_030 })
  const replayed = await leg(last.facts)
  expect(replayed.result.report).toEqual(last.result.report)
})
