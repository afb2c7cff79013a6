import { Pipeline } from '@stageflow/core'
import { soft } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { describe, expect, test } from 'vitest'

import type { DurableRuns, RunDetails } from './index.ts'
import { FIVE, ask, gate, openRuns, order, until } from '../test/open-runs.ts'

const { newPath, open, change } = openRuns()

test('runs are listed by status, pipeline, user and tenant, newest first, page by page', async () => {
  const durable = open()
  const done = new Pipeline('done').withStage('a', () => ({})).build()
  for (let run = 0; run < 5; run++)
    await durable.run(done, { userId: `u${run % 2}`, orgId: 'o1' }, { runId: `d${run}` })
  await durable.run(order(), { inputText: '5', runId: { orgId: 'o2' } }, { runId: 'w' })
  const ids = async (options: Parameters<DurableRuns['list']>[0]) =>
    (await durable.list(options)).map(({ runId }) => runId)
  expect(await ids({})).toEqual(['w', 'd4', 'd3', 'd2', 'd1', 'd0'])
  expect(await ids({ status: 'suspended' })).toEqual(['w'])
  expect(await ids({ pipeline: 'done', limit: 2 })).toEqual(['d4', 'd3'])
  expect(await ids({ pipeline: 'done', limit: 2, after: 'd3' })).toEqual(['d2', 'd1'])
  expect(await ids({ userId: 'u1' })).toEqual(['d3', 'd1'])
  expect(await ids({ orgId: 'o2' })).toEqual(['w'])
  await expect(durable.list({ status: 'done', limit: 0 } as never)).rejects.toThrow(
    /status must be one of .*limit must be/,
  )
})

test('a question whose answer waits in the journal is not asked again', async () => {
  const path = newPath()
  const durable = open(path)
  await durable.run(order(), FIVE, { runId: 'a' })
  expect((await durable.get('a'))?.requests).toHaveLength(1)
  // The process that took the answer died before it carried the run on.
  await change(
    path,
    `INSERT INTO inbox (run, kind, key, value) SELECT n, 'answer', 'approve', '{"answer":1}' FROM runs`,
  )
  expect(await durable.get('a')).toMatchObject({ status: 'suspended', requests: [] })
})

test('get() tells everything about a run', async () => {
  const durable = open()
  await durable.run(order(), FIVE, { runId: 'a' })
  expect(await durable.get('a')).toMatchObject({
    runId: 'a',
    pipeline: 'order',
    status: 'suspended',
    leg: 1,
    input: { inputText: '5' },
    timeline: [
      { kind: 'call', key: 'price', status: 'ok' },
      { kind: 'call', key: 'approve', status: 'suspend' },
    ],
    result: { status: 'suspended', report: { pipelineRunId: 'a' } },
  })
  await durable.resume(order(), 'a', { approve: 1 })
  expect((await durable.get('a'))?.timeline.map(({ kind, key }) => [kind, key])).toEqual([
    ['call', 'price'],
    ['call', 'approve'],
    ['answer', 'approve'],
    ['call', 'approve@2'],
    ['call', 'pay'],
  ])
})

test('runs are listed by the time of their start', async () => {
  const clock = manualClock({ startAt: 1_000 })
  const path = newPath()
  const durable = open(path, { clock })
  const done = new Pipeline('done').withStage('a', () => ({})).build()
  for (const runId of ['first', 'second', 'third']) {
    await durable.run(done, {}, { runId })
    await clock.advance(1_000)
  }
  // The clock of this process is behind.
  const behind = open(path, { clock: manualClock({ startAt: 500 }) })
  await behind.run(done, {}, { runId: 'early' })
  const ids = async (options: Parameters<DurableRuns['list']>[0]) =>
    (await durable.list(options)).map(({ runId }) => runId)
  expect(await ids({})).toEqual(['third', 'second', 'first', 'early'])
  expect(await ids({ from: 1_000 })).toEqual(['third', 'second', 'first'])
  expect(await ids({ from: 1_000, to: 2_000 })).toEqual(['first'])
  expect(await ids({ to: 1_000 })).toEqual(['early'])
  expect(await ids({ limit: 2, after: 'second' })).toEqual(['first', 'early'])
  expect(await ids({ from: 1_000, limit: 2, after: 'third' })).toEqual(['second', 'first'])
  expect(await ids({ status: 'completed', pipeline: 'done', from: 2_000 })).toEqual(['third', 'second'])
})

test('runs that started at the same time are listed once each, page by page', async () => {
  const durable = open(newPath(), { clock: manualClock({ startAt: 7 }) })
  const done = new Pipeline('done').withStage('a', () => ({})).build()
  for (let run = 0; run < 5; run++) await durable.run(done, {}, { runId: `r${run}` })
  const seen: string[] = []
  for (;;) {
    const page = await durable.list({ limit: 2, ...(seen.length > 0 && { after: seen.at(-1) as string }) })
    if (page.length === 0) break
    seen.push(...page.map(({ runId }) => runId))
  }
  expect(seen).toEqual(['r4', 'r3', 'r2', 'r1', 'r0'])
})

test.each<[options: object, problem: RegExp]>([
  [{ from: -1 }, /from must be a time in ms since 1970/],
  [{ from: Number.NaN }, /from must be/],
  [{ to: Infinity }, /to must be/],
  [{ to: '2026-01-01' }, /to must be/],
  [{ from: new Date(0) }, /from must be/],
  [{ from: 5, to: 5 }, /from \(5\) must be before to \(5\)/],
  [{ from: 6, to: 5 }, /from \(6\) must be before to \(5\)/],
])('list() refuses %j', async (options, problem) => {
  await expect(open().list(options as never)).rejects.toThrow(
    expect.objectContaining({
      code: 'durable-engine/illegal-option',
      message: expect.stringMatching(problem) as string,
    }) as Error,
  )
})

test('a run in progress says who carries it: this handle, another one, or none that lives', async () => {
  const path = newPath()
  // So long a lease isn't renewed while the test looks at it.
  const [here, there] = [open(path, { leaseMs: 3_600_000 }), open(path, { leaseMs: 3_600_000 })]
  const open1 = gate()
  const slow = new Pipeline('slow').withStage('a', async () => (await open1.promise, {})).build()
  const running = here.run(slow, {}, { runId: 'a' })
  await here.run(order(), FIVE, { runId: 'waits' })
  const owners = async (durable: DurableRuns) => {
    const listed = (await durable.list()).map(({ runId, owner }) => [runId, owner])
    return { ...Object.fromEntries(listed), got: (await durable.get('a'))?.owner }
  }
  expect(await owners(here)).toEqual({ a: 'here', waits: undefined, got: 'here' })
  expect(await owners(there)).toEqual({ a: 'elsewhere', waits: undefined, got: 'elsewhere' })
  await change(path, 'UPDATE owners SET until = 0')
  expect(await owners(there)).toEqual({ a: 'gone', waits: undefined, got: 'gone' })
  open1.resolve()
  await running
  expect(await owners(there)).toEqual({ a: undefined, waits: undefined, got: undefined })
})

test('get() has the graph, and the facts with their data for who asks for them', async () => {
  const durable = open()
  await durable.run(order(), FIVE, { runId: 'a' })
  await durable.as('month end').resume(order(), 'a', { approve: 'yes' })
  const run = await durable.get('a')
  expect(run?.graph).toEqual({
    pipeline: 'order',
    stages: {
      approve: { kind: 'transform', dependencies: ['price'], join: 'all' },
      pay: { kind: 'transform', dependencies: ['approve', 'price'], join: 'all' },
      price: { kind: 'transform', dependencies: [], join: 'all' },
    },
  })
  expect(run?.facts).toBeUndefined()
  const { facts = [] } = (await durable.get('a', { facts: true })) ?? {}
  expect(facts.map(({ kind, key }) => [kind, key])).toEqual([
    ['call', 'price'],
    ['call', 'approve'],
    ['answer', 'approve'],
    ['call', 'approve@2'],
    ['call', 'pay'],
  ])
  expect(facts[0]?.value).toMatchObject({ status: 'ok', data: { total: 5 } })
  expect(facts[2]?.value).toEqual({ answer: 'yes', by: { system: 'month end' } })
  expect((await durable.get(order(), 'a', { facts: true }))?.facts).toEqual(facts)
  await expect(durable.get('a', { facts: 1 } as never)).rejects.toMatchObject({ code: 'durable-engine/illegal-option' })
  await expect(durable.get('a', { data: true } as never)).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
  })
})

test('the timeline says who answered', async () => {
  const durable = open()
  await durable.run(order(), FIVE, { runId: 'a' })
  await durable.as('month end').resume(order(), 'a', { approve: 'yes' })
  await durable.run(order(), FIVE, { runId: 'b' })
  await durable.resume(order(), 'b', { approve: 'yes' })
  const answers = async (runId: string) =>
    (await durable.get(runId))?.timeline.filter(({ kind }) => kind === 'answer').map(({ by }) => by)
  expect(await answers('a')).toEqual([{ system: 'month end' }])
  expect(await answers('b')).toEqual([undefined])
})

describe('what is in progress', () => {
  /** A graph whose stages `slow`, `kid/deep` and the items of `letters` wait until `end` is called. */
  function graphs() {
    const ends: (() => void)[] = []
    const waits = (): Promise<object> => new Promise((resolve) => ends.push(() => resolve({})))
    const child = new Pipeline('kid')
      .withStage('first', () => ({}))
      .withStage('deep', waits, { dependencies: ['first'] })
      .withStage('last', () => ({}), { dependencies: ['deep'] })
    const graph = new Pipeline('p')
      .withStage('done', () => ({}))
      .withStage('skipped', () => ({}), { dependencies: ['done'], when: () => false })
      .withStage('asks', ask, { dependencies: ['done'] })
      .withStage('slow', waits, { dependencies: ['done'] })
      .withStage('late', () => ({}), { dependencies: ['slow'] })
      .withStage('any', waits, { dependencies: ['slow', 'done'], join: 'any' })
      .withPipeline('kid', child, { dependencies: ['done'] })
      .build()
    return { graph, ends }
  }

  test('it is exact in the process that carries the run, and what it can be in another one', async () => {
    const path = newPath()
    const clock = manualClock({ startAt: 1_000 })
    const [here, there] = [open(path, { clock }), open(path, { clock })]
    const { graph, ends } = graphs()
    const running = here.run(graph, {}, { runId: 'a' })
    await until(() => ends.length === 3)
    const keys = async (durable: DurableRuns) => (await durable.get('a'))?.inProgress.map(({ key }) => key).toSorted()
    expect(await keys(here)).toEqual(['any', 'kid/deep', 'slow'])
    expect(await keys(there)).toEqual(['any', 'kid/deep', 'slow'])
    expect((await here.get('a'))?.inProgress.map(({ startedAt }) => startedAt)).toEqual([1_000, 1_000, 1_000])
    expect((await there.get('a'))?.inProgress[0]?.startedAt).toBeUndefined()
    await change(path, 'UPDATE owners SET until = 0')
    expect(await keys(there)).toEqual([])
    for (const end of ends) end()
    expect((await running).status).toBe('suspended')
    expect(await keys(here)).toEqual([])
  })

  test('items of maps are named where they run, and by their stage elsewhere', async () => {
    const path = newPath()
    const [here, there] = [open(path), open(path)]
    const ends: (() => void)[] = []
    const graph = new Pipeline('p')
      .withMap('letters', { over: () => [1, 2], each: () => new Promise((resolve) => ends.push(() => resolve({}))) })
      .withStage('last', () => ({}), { dependencies: ['letters'] })
      .build()
    const running = here.run(graph, {}, { runId: 'a' })
    await until(() => ends.length === 2)
    const keys = async (durable: DurableRuns) => (await durable.get('a'))?.inProgress.map(({ key }) => key).toSorted()
    expect(await keys(here)).toEqual(['letters#0', 'letters#1'])
    expect(await keys(there)).toEqual(['letters'])
    ends[0]?.()
    await until(async () => (await there.get('a'))?.timeline.length === 1)
    expect(await keys(here)).toEqual(['letters#1'])
    expect(await keys(there)).toEqual(['last', 'letters'])
    ends[1]?.()
    await running
  })
})

test('a stage may be in progress while its soft dependency is', async () => {
  const path = newPath()
  const [here, there] = [open(path), open(path)]
  const ends: (() => void)[] = []
  const slow = () => new Promise((resolve) => ends.push(() => resolve({})))
  const graph = new Pipeline('p')
    .withStage('profile', slow)
    .withStage('answer', slow, { dependencies: [soft('profile', { waitMs: 0 })] })
    .withStage('send', slow, { dependencies: ['answer', soft('profile', { waitMs: 0 })] })
    .build()
  const running = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  const keys = async (durable: DurableRuns) => (await durable.get('a'))?.inProgress.map(({ key }) => key).toSorted()
  expect(await keys(here)).toEqual(['answer', 'profile'])
  expect(await keys(there)).toEqual(['answer', 'profile'])
  ends[1]?.()
  await until(() => ends.length === 3)
  expect(await keys(there)).toEqual(['profile', 'send'])
  ends[0]?.()
  ends[2]?.()
  await running
})

describe('a journal that another program has changed', () => {
  /** Neither JSON of an object, nor a fact. */
  const WRONG = ['{', 'null', '[]', '5', '"x"']
  const damages = [
    ['input', 'UPDATE runs SET input = ?', ['get', 'resume', 'run']],
    ['options', 'UPDATE runs SET options = ?', ['resume', 'run']],
    ['error', 'UPDATE runs SET error = ?', ['get', 'list']],
    ['shape', 'UPDATE graphs SET fingerprint = ?', ['get', 'resume', 'run', 'cancel']],
    ['call "price"', 'UPDATE facts SET value = ? WHERE n = 1', ['get', 'cancel', 'resume', 'run']],
    ['call "approve"', 'UPDATE facts SET value = ? WHERE n = 2', ['get']],
  ] as const
  const cases = damages.flatMap(([what, sql, refused]) => WRONG.map((value) => [what, value, sql, refused] as const))
  test.each(cases)('a run whose %s is %s is refused by name', async (what, value, sql, refused) => {
    const path = newPath()
    const durable = open(path)
    await durable.run(order(), FIVE, { runId: 'a' })
    await change(path, sql.replace('?', `'${value}'`))
    const acts = {
      get: () => durable.get('a'),
      list: () => durable.list(),
      cancel: () => durable.cancel('a', 'damaged'),
      resume: () => durable.resume(order(), 'a', { approve: 1 }),
      run: () => durable.run(order(), FIVE, { runId: 'a' }),
    }
    for (const act of refused)
      await expect(acts[act](), act).rejects.toMatchObject({
        code: 'durable-engine/damaged',
        message: expect.stringContaining(`The ${what} of run "a" is not what this package has written`) as string,
      })
  })

  test.each(['null', '{}', '5', '{"by":{}}'])('an answer that is %s is refused by name', async (value) => {
    const path = newPath()
    const durable = open(path)
    await durable.run(order(), FIVE, { runId: 'a' })
    await durable.resume(order(), 'a', { approve: 1 })
    await change(path, `UPDATE facts SET value = '${value}' WHERE kind = 'answer'`)
    const damaged = { code: 'durable-engine/damaged', message: expect.stringContaining('answer "approve"') as string }
    await expect(durable.get('a')).rejects.toMatchObject(damaged)
  })

  test('a result that refers to a fact that is gone is refused by name', async () => {
    const path = newPath()
    const durable = open(path)
    await durable.run(order(), FIVE, { runId: 'a' })
    await change(path, 'DELETE FROM facts WHERE n = 1')
    await expect(durable.get('a')).rejects.toMatchObject({ code: 'durable-engine/damaged' })
  })
})

test('times are whole milliseconds, also if the clock gives fractions', async () => {
  const clock = manualClock({ startAt: 1_000.75 })
  const durable = open(newPath(), { clock })
  const graph = order()
  await durable.run(graph, FIVE, { runId: 'a' })
  await durable.answer(graph, 'a', { approve: 1 })
  const { startedAt, timeline, input } = (await durable.get('a')) as RunDetails
  expect({ startedAt, input }).toMatchObject({ startedAt: 1_000, input: { createdAt: 1_000 } })
  expect(timeline.at(-1)).toMatchObject({ kind: 'answer', at: 1_000 })
  expect(await durable.list({ from: startedAt, to: startedAt + 1 })).toHaveLength(1)
})
