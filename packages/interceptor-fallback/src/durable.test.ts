import { Pipeline, StageOutput } from '@stageflow/core'
import { resumeRun, runDurable } from '@stageflow/core/durable'
import { manualClock } from '@stageflow/testing'
import { memoryExecutor } from '@stageflow/testing/durable'
import { afterEach, expect, test } from 'vitest'
import { fallback, wayOf } from './index.ts'

let clock = manualClock()
let called: string[] = []
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  called = []
})

const down = () => Object.assign(new Error('down'), { status: 503 })

/** A durable run whose spare way takes 100 ms, and whose last stage takes 100 ms. Its first leg crashes after `crashMs`. */
async function runTwoLegs(crashMs: number) {
  const graph = new Pipeline('chat')
    .withStage(
      'llm',
      async (context) => {
        const way = wayOf(context)
        called.push(way)
        if (way === 'main') throw down()
        await clock.sleep(100, context.signal)
        return { way }
      },
      { fallback: { ways: ['main', 'spare'] } },
    )
    .withStage('send', ({ signal }) => clock.sleep(100, signal), { dependencies: ['llm'] })
    .build({ clock, interceptors: [fallback()] })
  const runs = memoryExecutor({ clock })
  const start = { runId: 'chat-7', startedAt: clock.now(), input: {} }
  const leg = () => runs.run(start, (executor) => runDurable(graph, executor))
  const first = expect(leg()).rejects.toMatchObject({ code: 'testing/crashed' })
  await clock.advance(crashMs)
  void runs.crash('chat-7')
  await clock.advance(100)
  await first
  const second = leg()
  for (let step = 0; step < 8; step++) await clock.advance(50)
  return await second
}

test('a leg that is lost while the spare is called begins the stage again, with its first way', async () => {
  const { status, data } = await runTwoLegs(50)
  expect([status, data['llm']]).toEqual(['completed', { way: 'spare' }])
  expect(called).toEqual(['main', 'spare', 'main', 'spare'])
})

test('all ways of a stage are one call: once it is recorded, no later leg calls any of them', async () => {
  const { status, data, report } = await runTwoLegs(150)
  expect([status, data['llm']]).toEqual(['completed', { way: 'spare' }])
  expect(called).toEqual(['main', 'spare'])
  expect(report.stages['llm']?.notes.fallback).toEqual({ way: 'spare', failed: ['main'] })
})

test('a stage that is suspended on its spare begins with its first way when it is resumed', async () => {
  const graph = new Pipeline('order')
    .withStage(
      'approve',
      (context) => {
        const way = wayOf(context)
        called.push(way)
        if (way === 'main') throw down()
        return context.resumed === undefined ? StageOutput.suspend('May it?') : { answer: context.resumed.answer }
      },
      { fallback: { ways: ['main', 'spare'] } },
    )
    .build({ clock, interceptors: [fallback()] })
  const first = await graph.run()
  if (first.status !== 'suspended') throw new Error(`The run is ${first.status}.`)
  expect(await resumeRun(graph, first, { approve: 'yes' })).toMatchObject({ data: { approve: { answer: 'yes' } } })
  expect(called).toEqual(['main', 'spare', 'main', 'spare'])
})
