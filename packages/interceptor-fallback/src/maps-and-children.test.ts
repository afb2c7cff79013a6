import { Pipeline, defineStage } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { fallback, wayOf } from './index.ts'

const clock = manualClock()
let called: string[] = []
afterEach(() => {
  expect(clock.timers).toEqual([])
  called = []
})

const down = () => Object.assign(new Error('down'), { status: 503 })
const twoWays = { fallback: { ways: ['main', 'spare'] } }
const build = { clock, interceptors: [fallback()] }

test('each item of a map has its own way, and the option is that of the items', async () => {
  const { data, report } = await new Pipeline('letters')
    .withMap('send', {
      over: () => ['a', 'b', 'c'],
      key: (letter) => letter,
      each: (letter, context) => {
        const way = wayOf(context)
        called.push(`${letter} ${way}`)
        if (letter === 'b' && way === 'main') throw down()
        return { way }
      },
      ...twoWays,
    })
    .build(build)
    .run()
  expect(data.send?.items).toEqual([{ way: 'main' }, { way: 'spare' }, { way: 'main' }])
  expect(called.toSorted()).toEqual(['a main', 'b main', 'b spare', 'c main'])
  expect(report.stages.send.items?.records.find(({ key }) => key === 'b')?.notes?.fallback).toEqual({
    way: 'spare',
    failed: ['main'],
  })
  expect(report.stages.send.notes.fallback).toBeUndefined()
})

test('an item whose ways have all failed fails alone', async () => {
  const { data } = await new Pipeline('letters')
    .withMap('send', {
      over: () => ['a', 'b'],
      each: (letter) => {
        if (letter === 'b') throw down()
        return { letter }
      },
      onItemFailure: 'collect',
      ...twoWays,
    })
    .build(build)
    .run()
  expect(data.send?.items).toMatchObject([{ status: 'ok' }, { status: 'fail', error: { code: 'fallback/exhausted' } }])
})

/** A child pipeline whose stages ask for the way of the stage around them. */
const child = new Pipeline('child')
  .withStage('draft', (context) => {
    called.push(`draft ${wayOf(context)}`)
    return { way: wayOf(context) }
  })
  .withStage(
    'check',
    (context) => {
      called.push(`check ${wayOf(context)}`)
      if (wayOf(context) === 'main') throw down()
    },
    { dependencies: ['draft'] },
  )

test('the stages of a child pipeline go the way of the stage around it, and all of it goes the next way after a failure', async () => {
  const { data, report } = await new Pipeline('chat').withPipeline('answer', child, twoWays).build(build).run()
  expect(data.answer?.draft).toEqual({ way: 'spare' })
  expect(called).toEqual(['draft main', 'check main', 'draft spare', 'check spare'])
  expect(report.stages.answer.notes.fallback).toEqual({ way: 'spare', failed: ['main'] })
})

test('the same of a child run that a stage starts itself', async () => {
  const graph = child.build(build)
  const { data } = await new Pipeline('chat')
    .withStage('answer', async ({ runChild }) => ({ ...(await runChild(graph).orFail()).draft }), twoWays)
    .build(build)
    .run()
  expect(data.answer).toEqual({ way: 'spare' })
  expect(called).toEqual(['draft main', 'check main', 'draft spare', 'check spare'])
})

test('a stage of a child with ways of its own goes those', async () => {
  const inner = new Pipeline('inner').withStage(
    'own',
    (context) => {
      called.push(wayOf(context))
      if (wayOf(context) === 'small') throw down()
      return { way: wayOf(context) }
    },
    { fallback: { ways: ['small', 'large'] } },
  )
  const { data } = await new Pipeline('chat').withPipeline('answer', inner, twoWays).build(build).run()
  expect(data.answer?.own).toEqual({ way: 'large' })
  expect(called).toEqual(['small', 'large'])
})

test('after the limit of its child run has passed, a stage goes its next way', async () => {
  const slow = new Pipeline('slow')
    .withStage('wait', (context) => clock.sleep(wayOf(context) === 'main' ? 1_000 : 50, context.signal))
    .build(build)
  const running = new Pipeline('chat')
    .withStage(
      'answer',
      async (context) => {
        called.push(`${wayOf(context)} at ${clock.now()}`)
        await context.runChild(slow, {}, { timeoutMs: 100 }).orFail()
        return { way: wayOf(context) }
      },
      twoWays,
    )
    .build(build)
    .run()
  await clock.advance(1_000)
  expect((await running).data.answer).toEqual({ way: 'spare' })
  expect(called).toEqual(['main at 0', 'spare at 100'])
})

test('a stage of defineStage has the option too', async () => {
  const llm = defineStage({
    name: 'llm',
    run: (context) => {
      if (wayOf(context) === 'main') throw down()
      return { way: wayOf(context) }
    },
    ...twoWays,
  })
  expect((await Pipeline.from('chat', [llm]).build(build).run()).data.llm).toEqual({ way: 'spare' })
})
