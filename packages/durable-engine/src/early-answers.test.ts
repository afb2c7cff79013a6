import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { openRuns } from '../test/open-runs.ts'

const { newPath, open, answersAtOnce, turnsBelow } = openRuns()

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer, by: resumed.by?.system }

/** `b` asks once `a` has its answer; so does `check` in the child, and each letter. */
const graph = new Pipeline('p')
  .withStage('a', ask)
  .withStage('b', ask, { dependencies: ['a'] })
  .withPipeline('kid', new Pipeline('kid').withStage('check', ask), { dependencies: ['a'] })
  .withMap('letters', { dependencies: ['a'], over: () => ['x', 'y'], each: (_letter, context) => ask(context) })
  .withStage('done', () => ({ done: true }), { dependencies: ['b', 'kid', 'letters'] })
  .build()

test('an answer to a stage that has not asked yet waits for its question, over legs and processes', async () => {
  const path = newPath()
  const first = open(path)
  await first.run(graph, {}, { runId: 'r' })
  await first.answer(graph, 'r', { b: 'early b', kid: { check: 'early check' }, letters: { 0: 'x', 1: 'y' } })
  expect(await first.run(graph, {}, { runId: 'r' })).toMatchObject({ status: 'suspended', requests: { a: '?' } })
  expect((await first.get('r'))?.requests).toEqual([
    { path: ['a'], question: expect.any(String) as string, request: '?', until: undefined },
  ])
  await first.close()
  const second = open(path)
  expect(await second.resume(graph, 'r', { a: 'yes' })).toMatchObject({
    status: 'completed',
    data: {
      b: { answer: 'early b' },
      kid: { check: { answer: 'early check' } },
      letters: { items: [{ answer: 'x' }, { answer: 'y' }] },
    },
  })
})

test('a run that only has early answers is not carried again and again', async () => {
  const path = newPath()
  const durable = open(path)
  await durable.run(graph, {}, { runId: 'r' })
  await durable.answer(graph, 'r', { b: 1 })
  expect(await durable.recover(graph)).toEqual([])
  const before = (await durable.get('r'))?.leg
  expect((await durable.run(graph, {}, { runId: 'r' })).status).toBe('suspended')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect((await durable.get('r'))?.leg).toBe(before)
})

test('the first early answer counts, and what can not be asked any more is refused', async () => {
  const durable = open()
  await durable.run(graph, {}, { runId: 'r' })
  await durable.answer(graph, 'r', { b: 1 })
  const refused = async (answers: object, why: string): Promise<void> =>
    expect(durable.answer(graph, 'r', answers)).rejects.toMatchObject({
      code: 'durable-engine/not-waiting',
      message: expect.stringContaining(why),
    })
  await refused({ b: 2 }, '"b" has been answered already')
  await refused({ gone: 1 }, 'it has an answer for "gone" (did you mean "done"?), but the run waits for "a"')
  await refused({ kid: 1 }, 'the answer for "kid" must be an object')
  await refused({ kid: { gone: 1 } }, 'it has an answer for "gone"')
  await refused({ letters: { x: 1 } }, 'it has an answer for "x"')
  await refused({ a: 1, b: 2 }, '"b" has been answered already')
  await durable.resume(graph, 'r', { a: 'yes' })
  await refused({ a: 1 }, '"a" has been answered already')
  await refused({ b: 1 }, '"b" has been answered already')
  await durable.resume(graph, 'r', { kid: { check: 1 }, letters: { 0: 1, 1: 1 } })
  const result = await durable.run(graph, {}, { runId: 'r' })
  expect(result.data).toMatchObject({ b: { answer: 1 } })
})

test('who has the file and no graph answers by name, early too', async () => {
  const durable = open()
  await durable.run(graph, {}, { runId: 'r' })
  await durable.as('console').answer('r', { b: 1, kid: { check: 2 }, letters: { 0: 3, 1: 4 } })
  expect((await durable.as('console').resume(graph, 'r', { a: 'yes' })).data).toMatchObject({
    a: { by: 'console' },
    b: { answer: 1, by: 'console' },
  })
})

test('an answer that comes when the time of a question has passed is that of the next question', async () => {
  const clock = manualClock()
  const again = new Pipeline('p')
    .withStage('a', ({ resumed }: StageContext) => {
      if (resumed === undefined || resumed.expired)
        return StageOutput.suspend('?', resumed === undefined ? { forMs: 10 } : {})
      return { answer: resumed.answer }
    })
    .build({ clock })
  const durable = open(newPath(), { clock })
  await durable.run(again, {}, { runId: 'r' })
  await clock.advance(10)
  expect((await durable.run(again, {}, { runId: 'r' })).status).toBe('suspended')
  expect((await durable.resume(again, 'r', { a: 'late' })).data).toEqual({ a: { answer: 'late' } })
})

test('an answer that is confirmed while the time of its question passes is that of the next question, in every order of the two', async () => {
  for (const turns of turnsBelow(24)) {
    const clock = manualClock()
    const path = newPath()
    const ends: (() => void)[] = []
    const asksAgain = new Pipeline('p')
      .withStage('a', ({ resumed }: StageContext) =>
        resumed === undefined || resumed.expired
          ? StageOutput.suspend('?', resumed === undefined ? { forMs: 10 } : {})
          : { answer: resumed.answer },
      )
      .withStage('slow', () => new Promise<{}>((resolve) => ends.push(() => resolve({}))))
      .build({ clock })
    const here = open(path, { clock, leaseMs: 60_000 })
    const there = open(path, { clock, leaseMs: 60_000 })
    const run = here.run(asksAgain, {}, { runId: 'r' })
    while (((await there.get('r'))?.requests.length ?? 0) === 0) await new Promise(setImmediate)
    const passed = clock.advance(10)
    for (let turn = 0; turn < turns; turn++) await undefined
    await there.as('console').answer('r', { a: 'yes' })
    await passed
    ends[0]?.()
    let result: { readonly status: string; readonly data: unknown } = await run
    if (result.status === 'suspended') result = await here.run(asksAgain, {}, { runId: 'r' })
    expect({ turns, status: result.status, data: result.data }).toEqual({
      turns,
      status: 'completed',
      data: { a: { answer: 'yes' }, slow: {} },
    })
    await Promise.all([here.close(), there.close()])
  }
})

test('a stage takes one answer, also if a second one comes between its question and the early answer to it', async () => {
  const path = newPath()
  const ends: (() => void)[] = []
  const slow = new Pipeline('p')
    .withStage('before', () => new Promise<{}>((resolve) => ends.push(() => resolve({}))))
    .withStage('a', ask, { dependencies: ['before'] })
    .build()
  const here = open(path, { leaseMs: 60_000 })
  const there = open(path, { leaseMs: 60_000 })
  const run = here.run(slow, {}, { runId: 'r' })
  while (ends.length === 0) await new Promise(setImmediate)
  await there.answer(slow, 'r', { a: 'first' })
  ends[0]?.()
  const seconds: Promise<string>[] = []
  let isOver = false
  const ended = run.finally(() => (isOver = true))
  while (!isOver) {
    const second = there.as('console').answer('r', { a: 'second' })
    seconds.push(
      second.then(
        () => 'kept',
        (error: { readonly code: string }) => error.code,
      ),
    )
    await (answersAtOnce ? new Promise(setImmediate) : seconds.at(-1))
  }
  expect(new Set(await Promise.all(seconds))).toEqual(new Set(['durable-engine/not-waiting']))
  expect((await ended).data).toMatchObject({ a: { answer: 'first' } })
})

test('an answer that its answerSchema refuses is not kept, early or not, and the stage gets what the schema made of the right one', async () => {
  const answerSchema = {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) =>
        typeof value === 'string' && value !== ''
          ? { value: value.toUpperCase() }
          : { issues: [{ message: 'no text' }] },
    },
  }
  const checked = new Pipeline('p')
    .withStage('a', ask, { answerSchema })
    .withStage('b', ask, { dependencies: ['a'], answerSchema })
    .build()
  const durable = open()
  await durable.run(checked, {}, { runId: 'r' })
  const wrong = { a: 1, b: '' } as never
  for (const given of [wrong, { a: 'x', b: 1 } as never])
    for (const act of [
      () => durable.answer(checked, 'r', given),
      () => durable.resume(checked, 'r', given),
      () => durable.as('console').resume(checked, 'r', given),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'core/answer' })
  expect((await durable.get('r'))?.requests).toMatchObject([{ path: ['a'] }])
  await durable.answer(checked, 'r', { b: 'early' })
  expect((await durable.resume(checked, 'r', { a: 'yes' })).data).toMatchObject({
    a: { answer: 'YES' },
    b: { answer: 'EARLY' },
  })
})

test('an early answer to an item has the number of the item as the map writes it', async () => {
  const durable = open()
  await durable.run(graph, {}, { runId: 'r' })
  for (const name of ['00', '01', '-1', '1.0', '1e3', ' 1', '99999999999', 'x', '\u0661'])
    await expect(durable.answer(graph, 'r', { letters: { [name]: 1 } }), name).rejects.toMatchObject({
      code: 'durable-engine/not-waiting',
    })
  await durable.answer(graph, 'r', { letters: { 0: 1, 10: 1 } })
})

test('a run keeps at most 1,000 answers whose questions were not asked yet, and still takes those that were', async () => {
  const durable = open()
  await durable.run(graph, {}, { runId: 'r' })
  const items = (from: number, to: number): object =>
    Object.fromEntries(Array.from({ length: to - from }, (_, index) => [from + index, 1]))
  const tooMany = {
    code: 'durable-engine/too-many-answers',
    message: expect.stringContaining('1001 answers') as string,
  }
  await expect(durable.answer(graph, 'r', { letters: items(0, 1_001) })).rejects.toMatchObject(tooMany)
  await durable.answer(graph, 'r', { letters: items(0, 600) })
  await durable.answer(graph, 'r', { letters: items(600, 1_000) })
  await expect(durable.answer(graph, 'r', { b: 1 })).rejects.toMatchObject(tooMany)
  await expect(durable.as('console').answer('r', { b: 1 })).rejects.toMatchObject(tooMany)
  await durable.answer(graph, 'r', { a: 'yes' })
  expect((await durable.run(graph, {}, { runId: 'r' })).data).toMatchObject({ a: { answer: 'yes' } })
})

test('once a map has ended it takes no answer, also none to an item that it does not have', async () => {
  const inner = new Pipeline('inner').withMap('letters', {
    over: () => ['x'],
    each: (_letter, context) => ask(context),
  })
  const maps = new Pipeline('p')
    .withMap('letters', { over: () => ['x', 'y'], each: (_letter, context) => ask(context), concurrency: 1 })
    .withMap('quick', { over: () => ['x'], each: () => ({}) })
    .withPipeline('kid', inner)
    .withStage('last', ask, { dependencies: ['letters'] })
    .build()
  const durable = open()
  await durable.run(maps, {}, { runId: 'r' })
  const refused = async (answers: object): Promise<void> =>
    expect(durable.answer(maps, 'r', answers)).rejects.toMatchObject({
      code: 'durable-engine/not-waiting',
      message: expect.stringContaining('has ended') as string,
    })
  await refused({ quick: { 7: 1 } })
  await durable.resume(maps, 'r', { letters: { 0: 1 } })
  // One item still asks, so the map may have more.
  await durable.answer(maps, 'r', { letters: { 7: 1 } })
  await durable.resume(maps, 'r', { letters: { 1: 1 }, kid: { letters: { 0: 1 } } })
  await refused({ letters: { 8: 1 } })
  await refused({ letters: { 0: 1 } })
  await refused({ kid: { letters: { 1: 1 } } })
  expect((await durable.resume(maps, 'r', { last: 1 })).status).toBe('completed')
})

test('an answer to an item that its list no longer has stays, and is that of the item when the list has it again', async () => {
  let letters = ['x', 'y', 'z']
  const pipeline = new Pipeline('p').withMap('letters', {
    over: () => letters,
    key: (letter) => `letter ${letter}`,
    each: (_letter, context) => ask(context),
  })
  const listed = pipeline.build()
  const durable = open()
  await durable.run(listed, {}, { runId: 'r' })
  letters = ['y', 'z']
  const answered = { letters: { 'letter x': 'X' } } as never
  expect(await durable.resume(listed, 'r', answered)).toMatchObject({
    status: 'suspended',
    requests: { letters: { 'letter y': '?', 'letter z': '?' } },
  })
  const details = await durable.get('r')
  expect(details?.timeline.at(-1)).toMatchObject({ kind: 'answer', key: 'letters#letter%20x', taken: false })
  expect(details?.requests.map(({ path }) => path)).toEqual([
    ['letters', 'letter y'],
    ['letters', 'letter z'],
  ])
  await expect(durable.answer(listed, 'r', answered)).rejects.toThrow('"letters/letter x" has been answered already')
  await durable.resume(listed, 'r', { letters: { 'letter y': 'Y' } } as never)
  letters = ['z', 'x']
  expect(await durable.resume(listed, 'r', { letters: { 'letter z': 'Z' } } as never)).toMatchObject({
    status: 'completed',
    data: { letters: { items: [{ answer: 'Z' }, { answer: 'X' }] } },
  })
})

test('an answer that was given before a deploy put another question before its own counts after that', async () => {
  const before = new Pipeline('p').withStage('boss', ask).build()
  const after = new Pipeline('p')
    .withStage('check', ask)
    .withStage('boss', ask, { dependencies: ['check'] })
    .build()
  const path = newPath()
  const first = open(path)
  await first.run(before, {}, { runId: 'r' })
  await first.answer(before, 'r', { boss: 'yes' })
  await first.close()
  const second = open(path)
  expect(await second.run(after, {}, { runId: 'r' })).toMatchObject({ status: 'suspended', requests: { check: '?' } })
  expect((await second.get('r'))?.requests.map((one) => one.path)).toEqual([['check']])
  expect(await second.resume(after, 'r', { check: 'fine' })).toMatchObject({
    status: 'completed',
    data: { check: { answer: 'fine' }, boss: { answer: 'yes' } },
  })
})
