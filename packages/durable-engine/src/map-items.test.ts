import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { fingerprintOf } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

import { openRuns } from '../test/open-runs.ts'
import { endedMaps } from './answers.ts'

const { newPath, open } = openRuns()

// Maps whose items run a pipeline, and maps that name their items.

const ask = ({ resumed, snapshot }: StageContext) =>
  resumed === undefined
    ? StageOutput.suspend({ question: snapshot.inputText })
    : { answer: resumed.answer, by: resumed.by?.system }

const letter = new Pipeline('letter')
  .withStage('draft', ({ snapshot }) => ({ text: snapshot.inputText }))
  .withStage('check', ask, { dependencies: ['draft'] })

const graph = new Pipeline('p')
  .withStage('a', ask)
  .withMap('letters', {
    dependencies: ['a'],
    over: () => ['x', 'y'],
    each: letter,
    input: (inputText) => ({ inputText }),
    key: (item) => `letter ${item}`,
  })
  .withMap('named', {
    dependencies: ['a'],
    over: () => ['x', 'y'],
    key: (item) => `named ${item}`,
    each: (_item, { resumed }) => (resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }),
  })
  .build()

test('questions inside items are answered by the keys of the items, over legs and processes', async () => {
  const path = newPath()
  const first = open(path)
  await first.run(graph, {}, { runId: 'r' })
  await first.resume(graph, 'r', { a: 1 })
  const requests = (await first.get('r'))?.requests.map((one) => one.path)
  expect(requests?.toSorted()).toEqual([
    ['letters', 'letter x', 'check'],
    ['letters', 'letter y', 'check'],
    ['named', 'named x'],
    ['named', 'named y'],
  ])
  await first.resume(graph, 'r', { letters: { 'letter y': { check: 'Y' } }, named: { 'named x': 'X' } } as never)
  await first.close()
  const second = open(path)
  const refused = second.answer(graph, 'r', {
    letters: { 'letter y': { check: 'again' }, 'letter x': { chek: 1 } },
    named: { 'named x': 1 },
  } as never)
  await expect(refused).rejects.toThrow(
    /"letters\/letter y\/check" has been answered already; it has an answer for "chek" \(did you mean "check"\?\), but "letters\/letter x" waits for "check"; "named\/named x" has been answered already/,
  )
  await second.as('console').answer('r', { letters: { 'letter x': { check: 'X' } }, named: { 'named y': 'Y' } })
  expect(await second.run(graph, {}, { runId: 'r' })).toMatchObject({
    status: 'completed',
    data: {
      letters: { items: [{ check: { answer: 'X', by: 'console' } }, { check: { answer: 'Y' } }] },
      named: { items: [{ answer: 'X' }, { answer: 'Y' }] },
    },
  })
})

test('a map that names its items refuses a list as its answer, also in a child pipeline', async () => {
  const named = new Pipeline('kid').withMap('named', {
    over: () => ['x'],
    key: (item) => item,
    each: (_item, { resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}),
  })
  const around = new Pipeline('p').withPipeline('kid', named).build()
  const durable = open()
  await durable.run(around, {}, { runId: 'r' })
  await expect(durable.answer(around, 'r', { kid: { named: ['x'] } } as never)).rejects.toThrow(
    '"kid/named" must be an object',
  )
})

test('a question of an item that its map no longer has is not listed', async () => {
  let docs = ['x', 'y', 'z']
  const changing = new Pipeline('changing')
    .withMap('named', {
      over: () => docs,
      key: (item) => item,
      each: (_item, { resumed }) => (resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }),
    })
    .build()
  const durable = open()
  await durable.run(changing, {}, { runId: 'r' })
  docs = ['x', 'z']
  await durable.resume(changing, 'r', { named: { x: 1 } } as never)
  const listed = async (): Promise<unknown> => (await durable.get('r'))?.requests.map((one) => one.path)
  expect(await listed()).toEqual([['named', 'z']])
  docs = ['x', 'y', 'z']
  expect(await durable.resume(changing, 'r', { named: { z: 3 } } as never)).toMatchObject({ status: 'suspended' })
  expect(await listed()).toEqual([['named', 'y']])
})

test('answers to items that have not asked yet wait for their questions', async () => {
  const durable = open()
  await durable.run(graph, {}, { runId: 'r' })
  await durable.answer(graph, 'r', {
    letters: { 'letter x': { check: 'X' }, 'letter y': { check: 'Y' } },
    named: { 'named y': 'Y', 'named x': 'X' },
  } as never)
  await expect(
    durable.answer(graph, 'r', { letters: { 'letter z': 'whole' }, named: { '': 1 } } as never),
  ).rejects.toThrow(
    /the answer for "letters\/letter z" must be an object .*; it has an answer for "", but "named" waits/,
  )
  expect(await durable.resume(graph, 'r', { a: 1 })).toMatchObject({
    status: 'completed',
    data: { letters: { items: [{ check: { answer: 'X' } }, { check: { answer: 'Y' } }] } },
  })
})

test('a map has ended in a suspended run if nothing in its items waits', () => {
  const again = new Pipeline('again').withPipeline('letters', letter).withStage('guard', () => ({}), StageKind.GUARD)
  const shape = fingerprintOf(
    new Pipeline('p')
      .withMap('letters', { over: () => [1], each: letter })
      .withMap('deep', {
        over: () => [1],
        each: new Pipeline('deep').withMap('letters', { over: () => [1], each: letter }),
      })
      .withMap('drafts', {
        over: () => [1],
        each: new Pipeline('draft').withPipeline('again', again, { repeat: repeatUntil('guard') }),
      })
      .build(),
  )
  const ended = (...facts: readonly string[]): unknown =>
    endedMaps(
      facts.map((fact) => {
        const [kind, key] = fact.split(' ') as ['call' | 'ask', string]
        return { kind, key } as never
      }),
      shape,
    ).map(({ path }) => path.join('/'))
  expect(ended('call letters#x/draft', 'call letters#x/check')).toEqual(['letters'])
  expect(ended('call letters#x/check', 'ask letters#y/check')).toEqual([])
  expect(ended('ask letters#y/check', 'call letters#y/check@2')).toEqual(['letters'])
  expect(ended('call deep#0/letters#1/check', 'ask deep#1/letters#0/check')).toEqual(['deep/0/letters'])
  expect(ended('call drafts#0/again#1/guard', 'ask drafts#1/again#2/letters/check')).toEqual([])
  expect(ended('call drafts#0/again#1/letters/check')).toEqual(['drafts'])
})

test('retryFailed runs the items again that failed, and no other', async () => {
  const calls: string[] = []
  let isDown = true
  const flaky = new Pipeline('letter').withStage('send', async ({ snapshot }) => {
    calls.push(`send ${snapshot.inputText}`)
    if (isDown && snapshot.inputText === 'y') throw new Error('503')
    return {}
  })
  const failing = new Pipeline('p')
    .withMap('letters', { over: () => ['x', 'y'], each: flaky, input: (inputText) => ({ inputText }), concurrency: 1 })
    .withMap('named', {
      dependencies: ['letters'],
      over: () => ['x', 'y'],
      key: (item) => item,
      concurrency: 1,
      each: async (item) => {
        calls.push(`named ${item}`)
        if (isDown && item === 'y') throw new Error('503')
        return {}
      },
    })
    .build()
  const durable = open()
  await expect(durable.run(failing, {}, { runId: 'r' })).rejects.toThrow('503')
  isDown = false
  calls.length = 0
  expect((await durable.retryFailed(failing, 'r')).status).toBe('completed')
  expect(calls).toEqual(['send y', 'named x', 'named y'])
})

test('keys that were cut inside an emoji are those of different items, and no item runs twice', async () => {
  const calls: string[] = []
  const keys = ['\ud83d', '\ude00', '\ufffd']
  const cut = new Pipeline('p')
    .withMap('letters', {
      over: () => keys,
      key: (item) => item,
      each: (item, { resumed }) => {
        calls.push(item)
        return item === '\ud83d' && resumed === undefined ? StageOutput.suspend('?') : { answer: resumed?.answer }
      },
    })
    .build()
  const path = newPath()
  const first = open(path)
  await first.run(cut, {}, { runId: 'r' })
  await first.close()
  const second = open(path)
  expect(await second.resume(cut, 'r', { letters: { '\ud83d': 'yes' } } as never)).toMatchObject({
    status: 'completed',
    data: { letters: { items: [{ answer: 'yes' }, {}, {}] } },
  })
  expect(calls).toEqual([...keys, '\ud83d'])
})

test('the results that a streaming map gave count in each leg, also those of items that were done before', async () => {
  const streaming = new Pipeline('p')
    .withMap('letters', {
      over: () => ['x', 'y', 'z'],
      stream: true,
      each: (item, { resumed }) =>
        item !== 'x' && resumed === undefined ? StageOutput.suspend('?') : { item, answer: resumed?.answer },
    })
    .build()
  const path = newPath()
  const first = open(path)
  const chunks = [(await first.run(streaming, {}, { runId: 'r' })).report.stages.letters.chunks]
  chunks.push((await first.resume(streaming, 'r', { letters: { 2: 3 } } as never)).report.stages.letters.chunks)
  await first.close()
  const second = open(path)
  const { status, report } = await second.resume(streaming, 'r', { letters: { 1: 2 } } as never)
  expect(status).toBe('completed')
  expect([...chunks, report.stages.letters.chunks]).toEqual([1, 2, 3])
})
