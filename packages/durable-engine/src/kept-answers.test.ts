import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import type { DurableRuns, RunDetails } from '@stageflow/durable-engine'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { openRuns, until } from '../test/open-runs.ts'

const { newPath, open, change, turnsBelow } = openRuns({ leaseMs: 60_000 })

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }

/** `boss` asks at once. The others ask once `boss` has its answer. */
const graph = new Pipeline('p')
  .withStage('boss', ask)
  .withStage('cfo', ask, { dependencies: ['boss'] })
  .withPipeline('kid', new Pipeline('kid').withStage('check', ask), { dependencies: ['boss'] })
  .withMap('letters', { dependencies: ['boss'], over: () => ['x', 'y'], each: (_letter, context) => ask(context) })
  .build({ interceptors: [auth({ verify: (sub) => ({ sub }), orgId: false, allows: () => true })] })
const ADA = { token: 'ada' }
const BOB = { userId: 'bob' }

/** The answers of a run, as its timeline and its facts have them: whose, when, to which question, and whether a leg has taken it. */
const answersIn = ({ timeline, facts = [] }: RunDetails): readonly unknown[] =>
  timeline.flatMap(({ kind, key, at, by, taken }) => {
    if (kind !== 'answer') return []
    const fact = facts.find((one) => one.kind === 'answer' && one.key === key && one.at === at && one.taken === taken)
    const value = fact?.value as { readonly answer: unknown; readonly by: unknown } | undefined
    expect(JSON.stringify(value?.by)).toBe(JSON.stringify(by))
    return [{ key, at, by: by?.userId ?? by?.system, answer: value?.answer, taken: taken ?? true }]
  })
const answersOf = async (runs: DurableRuns, runId = 'r'): Promise<readonly unknown[]> => {
  const details = await runs.get(runId, { facts: true })
  return details === undefined ? [] : answersIn(details)
}

async function answeredRun() {
  const path = newPath()
  const clock = manualClock({ startAt: 1_000 })
  const runs = open(path, { clock })
  await runs.run(graph, {}, { runId: 'r', ...ADA })
  await clock.advance(500)
  await runs.answer(graph, 'r', { boss: 'yes' }, { token: 'bob' })
  await clock.advance(500)
  await runs.answer(graph, 'r', { kid: { check: 1 }, letters: { 1: 'z' } }, { token: 'eve' })
  await runs.as('console').answer('r', { cfo: { total: 3 } })
  return { path, runs, clock }
}
const KEPT = [
  { key: 'boss', at: 1_500, by: 'bob', answer: 'yes', taken: false },
  { key: 'kid/check', at: 2_000, by: 'eve', answer: 1, taken: false },
  { key: 'letters#1', at: 2_000, by: 'eve', answer: 'z', taken: false },
  { key: 'cfo', at: 2_000, by: 'console', answer: { total: 3 }, taken: false },
]

test('answers that no leg has taken yet are in timeline and facts: who answered which question with what, and when', async () => {
  const { runs } = await answeredRun()
  expect(await answersOf(runs)).toEqual(KEPT)
  // An answer is data, so only `facts` has it.
  expect(JSON.stringify((await runs.get('r'))?.timeline)).not.toContain('yes')
})

test('they survive a cancel before their leg, also that of another process', async () => {
  const { path, runs } = await answeredRun()
  await open(path).cancel('r', 'withdrawn')
  const details = (await runs.get('r', { facts: true })) as RunDetails
  expect(details.status).toBe('cancelled')
  expect(answersIn(details)).toEqual(KEPT)
  expect(details.timeline.at(-1)).toMatchObject({ kind: 'stop' })
})

test('once a leg has taken one it is an entry like all others, and there is one of it', async () => {
  const { runs } = await answeredRun()
  expect(await runs.as('worker').attach(graph, 'r')).toMatchObject({ status: 'suspended' })
  const taken = (await answersOf(runs)) as readonly { readonly key: string; readonly taken: boolean }[]
  expect(
    taken
      .map(({ key, taken: isTaken }) => [key, isTaken])
      .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1)),
  ).toEqual([
    ['boss', true],
    ['cfo', true],
    ['kid/check', true],
    ['letters#1', true],
  ])
  const details = await runs.get('r', { facts: true })
  expect(details?.facts?.filter(({ kind }) => kind === 'answer').map(({ value }) => value)).toContainEqual({
    answer: 'yes',
    by: BOB,
  })
})

test.each(['cancelled', 'failed', 'completed'] as const)(
  'an early answer to a stage that is not reached survives the leg that ends the run: %s',
  async (status) => {
    const path = newPath()
    const runs = open(path)
    const gate = Promise.withResolvers<void>()
    const slow = new Pipeline('slow')
      .withStage('first', async ({ signal }) => {
        await Promise.race([gate.promise, new Promise((_, reject) => signal.addEventListener('abort', reject))])
        if (status === 'failed') throw new Error('no luck')
        return {}
      })
      .withStage('boss', ask, { dependencies: ['first'], when: () => false })
      .build()
    const running = runs.run(slow, {}, { runId: 'r' }).catch(() => undefined)
    await until(async () => (await runs.get('r')) !== undefined)
    await runs.answer(slow, 'r', { boss: 'yes' })
    if (status === 'cancelled') await runs.cancel('r', 'withdrawn')
    else gate.resolve()
    await running
    expect((await runs.get('r'))?.status).toBe(status)
    expect(await answersOf(runs)).toMatchObject([{ key: 'boss', answer: 'yes', taken: false }])
    // Nothing calls for the run any more.
    expect(await runs.recover(slow)).toEqual([])
  },
)

test('a run that failed before it took an answer takes it once it is retried; a stage that runs again asks again', async () => {
  const runs = open()
  let isDown = true
  const gate = Promise.withResolvers<void>()
  const pay = new Pipeline('pay')
    .withStage('bank', async () => {
      await gate.promise
      if (isDown) throw new Error('503')
      return {}
    })
    .withStage('boss', ask, { dependencies: ['bank'] })
    .withStage('other', ask, { dependencies: ['bank'] })
    .build()
  const gone = runs.run(pay, {}, { runId: 'r' }).catch(() => undefined)
  await until(async () => (await runs.get('r')) !== undefined)
  await runs.answer(pay, 'r', { boss: 'yes', other: 'no' })
  gate.resolve()
  await gone
  expect((await runs.get('r'))?.status).toBe('failed')
  isDown = false
  expect(await runs.retryFailed(pay, 'r', { again: ['other'] })).toMatchObject({
    status: 'suspended',
    requests: { other: '?' },
    data: { boss: { answer: 'yes' } },
  })
})

test('what is kept of an answer goes with its run, when that is deleted', async () => {
  const { path, runs } = await answeredRun()
  await runs.cancel('r', 'withdrawn')
  expect(await change(path, 'SELECT kind FROM inbox')).toHaveLength(4)
  await change(path, 'UPDATE runs SET updated_at = 0 RETURNING 1')
  const other = new Pipeline('other').withStage('a', () => ({})).build()
  await open(path).run(other, {}, { runId: 'other' })
  await until(async () => (await runs.get('r')) === undefined)
  expect(await change(path, 'SELECT kind FROM inbox')).toEqual([])
})

test('an answer that is confirmed as the time of its question passes stays in view, also if the stage never asks again', async () => {
  for (const turns of turnsBelow(12)) {
    const clock = manualClock()
    const path = newPath()
    const asksOnce = new Pipeline('p')
      .withStage('a', ({ resumed }: StageContext) =>
        resumed === undefined ? StageOutput.suspend('?', { forMs: 10, otherwise: 'no' }) : { answer: resumed.answer },
      )
      .withStage('b', ask)
      .withStage('slow', ({ clock: at }) => at.sleep(20).then(() => ({})))
      .build({ clock })
    const here = open(path, { clock })
    const there = open(path, { clock })
    const run = here.run(asksOnce, {}, { runId: 'r' })
    await until(async () => (await there.get('r'))?.requests.length === 2)
    const passed = clock.advance(10)
    for (let turn = 0; turn < turns; turn++) await undefined
    const isKept = await there
      .as('console')
      .answer('r', { a: 'yes' })
      .then(
        () => true,
        () => false,
      )
    await passed
    await clock.advance(10)
    expect((await run).status).toBe('suspended')
    const seen = (await answersOf(there)) as readonly { readonly key: string; readonly answer: unknown }[]
    expect({ turns, seen: seen.map(({ key, answer }) => [key, answer]) }).toEqual({
      turns,
      seen: isKept ? [['a', 'yes']] : [],
    })
    expect(await here.recover(asksOnce)).toEqual([])
    await Promise.all([here.close(), there.close()])
  }
})
