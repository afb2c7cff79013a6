import { Pipeline, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { soft } from '@stageflow/core/edges'
import type { DurableRuns } from '@stageflow/durable-engine'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { aborted, ask, openRuns, until, untilTimer } from '../test/open-runs.ts'

const { newPath, open, change } = openRuns({ leaseMs: 200 })

// `runs.interrupt(runId, reason, data)`: what runs is aborted, data that it still returns counts, and stages with `uninterruptible` go on.

const play = async ({ signal }: StageContext): Promise<{ heard: unknown }> => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  if (!StageflowError.is(signal.reason, 'core/interrupted')) throw signal.reason as Error
  return { heard: signal.reason.data ?? 'unknown' }
}
/** `begun`: the stages that have begun. */
const turn = (begun: string[]) =>
  new Pipeline('turn')
    .withStage('play', async (context) => {
      begun.push('play')
      return play(context)
    })
    .withStage('more', () => ({}), { dependencies: ['play'] })
    .withStage('save', ({ inputs }) => void begun.push(`save ${inputs.status('play')}`), 'work', {
      dependencies: ['play'],
      join: 'settled',
      uninterruptible: true,
    })
    .build()
const actsOf = async (runs: DurableRuns): Promise<readonly unknown[]> =>
  ((await runs.get('a'))?.timeline ?? []).flatMap(({ kind, by }) => (kind === 'call' ? [] : [[kind, by]]))

test.each(['the same process', 'another process'])('a run in progress is interrupted from %s', async (from) => {
  const path = newPath()
  const here = open(path)
  const begun: string[] = []
  const run = here.run(turn(begun), {}, { runId: 'a' })
  await until(() => begun.length === 1)
  const runs = from === 'the same process' ? here : open(path)
  expect(await runs.interrupt('a', 'barge-in', { words: ['Hello'] })).toBe(true)
  expect(await run).toMatchObject({
    status: 'cancelled',
    reason: 'barge-in',
    data: { play: { heard: { words: ['Hello'] } }, save: {} },
  })
  expect(begun).toEqual(['play', 'save ok'])
  expect(await runs.interrupt('a', 'again')).toBe(false)
  expect(await actsOf(runs)).toEqual([['interrupt', undefined]])
  expect(await runs.get('a', { facts: true })).toMatchObject({
    status: 'cancelled',
    facts: [{ kind: 'interrupt', key: '', value: { reason: 'barge-in', data: { words: ['Hello'] } } }, {}, {}],
  })
  expect(await here.run(turn(begun), {}, { runId: 'a' })).toMatchObject({ status: 'cancelled', reason: 'barge-in' })
})

test('a run whose process has died goes on after an interrupt where recover watches, and begins nothing that was interrupted', async () => {
  const path = newPath()
  const begun: string[] = []
  const first = open(path)
  first.run(turn(begun), {}, { runId: 'a' }).catch(() => {})
  await until(() => begun.length === 1)
  await first.close({ timeoutMs: 0 })
  const second = open(path)
  expect(await second.as('console').interrupt('a', 'barge-in', 7)).toBe(true)
  expect((await second.get('a'))?.status).toBe('running')
  await second.recover(turn(begun))
  expect(begun).toEqual(['play', 'save skip'])
  expect(await second.get('a')).toMatchObject({
    status: 'cancelled',
    result: { reason: 'barge-in', report: { stages: { play: { status: 'skip', reason: 'interrupted' } } } },
  })
  expect(await actsOf(second)).toEqual([['interrupt', { system: 'console' }]])
})

const asking = (log: string[], uninterruptible: boolean) =>
  new Pipeline('asking')
    .withStage('ask', ask)
    .withStage('log', ({ inputs }) => void log.push(inputs.status('ask')), {
      dependencies: ['ask'],
      join: 'settled',
      uninterruptible,
    })
    .build()

test('a run that waits for answers is ended at once, like a cancelled one', async () => {
  const runs = open()
  const log: string[] = []
  await runs.run(asking(log, false), {}, { runId: 'a' })
  expect(await runs.interrupt('a', 'never mind', [1])).toBe(true)
  expect(await runs.get('a')).toMatchObject({ status: 'cancelled', result: { reason: 'never mind' }, requests: [] })
  expect(log).toEqual([])
  expect(await actsOf(runs)).toEqual([['interrupt', undefined]])
})

test('a run that waits for answers goes on if its graph has stages that an interrupt spares, and ends with them', async () => {
  const runs = open()
  const log: string[] = []
  const graph = asking(log, true)
  await runs.run(graph, {}, { runId: 'a' })
  expect(await runs.interrupt(graph, 'a', 'never mind')).toBe(true)
  expect((await runs.get('a'))?.status).toBe('suspended')
  await runs.recover(graph)
  await until(async () => (await runs.get('a'))?.status === 'cancelled')
  expect(log).toEqual(['skip'])
  expect(await runs.get('a')).toMatchObject({ result: { reason: 'never mind' }, requests: [] })
})

test('a blocked run is ended at once: no leg of it could go on', async () => {
  const runs = open()
  const log: string[] = []
  let isClosed = false
  const door: Interceptor = {
    name: 'door',
    wrapRun: (next) => async (run) => (isClosed ? run.fail(new StageflowError('door/closed', 'closed')) : next(run)),
  }
  const graph = new Pipeline('p')
    .withStage('ask', ask)
    .withStage('log', () => void log.push('log'), { dependencies: ['ask'], join: 'settled', uninterruptible: true })
    .build({ interceptors: [door] })
  await runs.run(graph, {}, { runId: 'a' })
  isClosed = true
  await expect(runs.resume(graph, 'a', { ask: 'yes' })).rejects.toMatchObject({ code: 'door/closed' })
  expect(await runs.interrupt('a', 'never mind')).toBe(true)
  expect(await runs.get('a')).toMatchObject({ status: 'cancelled', result: { reason: 'never mind' } })
  expect(log).toEqual([])
})

test('a cancel after an interrupt ends what goes on too, and after both nothing is left in the inbox', async () => {
  const path = newPath()
  const runs = open(path)
  const begun: string[] = []
  const graph = new Pipeline('p')
    .withStage(
      'save',
      async (context) => {
        begun.push('save')
        await aborted(context)
      },
      { uninterruptible: true },
    )
    .build()
  const run = runs.run(graph, {}, { runId: 'a' })
  await until(() => begun.length === 1)
  expect(await runs.interrupt('a', 'first', 1)).toBe(true)
  expect(await runs.interrupt('a', 'second', 2)).toBe(true)
  await until(async () => (await runs.get('a'))?.timeline.length === 1)
  expect(await runs.interrupt('a', 'third', 3)).toBe(true)
  expect(await runs.cancel('a', 'and now really')).toBe(true)
  expect(await run).toMatchObject({
    status: 'cancelled',
    reason: 'first',
    report: { stages: { save: { status: 'cancel' } } },
  })
  expect((await actsOf(runs)).map((act) => (act as unknown[])[0])).toEqual(['interrupt', 'stop'])
  expect(await change(path, 'SELECT key FROM inbox')).toEqual([])
})

test.each<[data: unknown, message: string]>([
  [new Date(0), 'The data that interrupts run "a" has an instance of Date at its top'],
  [{ at: [1, Number.NaN] }, 'at[1]'],
  [{ x: 'x'.repeat(2_000) }, 'at most 1024 are kept'],
])('data that JSON cannot hold, or that is too long, is refused, and the run goes on', async (data, message) => {
  const path = newPath()
  await open(path).run(asking([], false), {}, { runId: 'a' })
  const runs = open(path, { maxFactLength: 1_024 })
  const graph = asking([], false)
  for (const refused of [
    () => runs.interrupt('a', 'why', data),
    () => runs.interrupt(graph, 'a', 'why', data),
    () => runs.as('x').interrupt('a', 'why', data),
  ])
    await expect(refused()).rejects.toThrow(message)
  expect((await runs.get('a'))?.status).toBe('suspended')
})

test('an interrupt that another program has changed blocks the run, and names it', async () => {
  const path = newPath()
  const runs = open(path)
  const graph = asking([], true)
  await runs.run(graph, {}, { runId: 'a' })
  await runs.interrupt('a', 'why')
  await change(path, `UPDATE inbox SET value = '5'`)
  await runs.recover(graph)
  await until(async () => (await runs.list({ status: 'blocked' })).length === 1)
  const damaged = {
    code: 'durable-engine/damaged',
    message: expect.stringContaining('interrupt ""') as string,
  }
  expect((await runs.list())[0]?.error).toMatchObject(damaged)
  await expect(runs.get('a')).rejects.toMatchObject(damaged)
})

test('a wait for a soft dependency is absolute over a crash, and no run is woken for it', async () => {
  const path = newPath()
  const clock = manualClock({ startAt: 1_000 })
  const graph = new Pipeline('p')
    .withStage('profile', async ({ signal }) => {
      await clock.sleep(500, signal)
      return {}
    })
    .withStage('ask', ask)
    .withStage('answer', ({ inputs }) => ({ profile: inputs.status('profile') }), {
      dependencies: [soft('profile', { waitMs: 80 })],
    })
    .build({ clock })
  const first = open(path, { clock })
  first.run(graph, {}, { runId: 'a' }).catch(() => {})
  await untilTimer(clock, 1_080)
  await first.close({ timeoutMs: 0 })
  await clock.advance(79)
  const second = open(path, { clock })
  const recovered = second.recover(graph)
  await untilTimer(clock, 1_080)
  await clock.advance(1)
  await until(async () => (await second.get('a'))?.timeline.some(({ key }) => key === 'answer') === true)
  expect((await second.get('a'))?.timeline).toMatchObject([
    { kind: 'call', key: 'ask', status: 'suspend' },
    { kind: 'timer', key: '//answer@1', at: 1_080 },
    { kind: 'call', key: 'answer' },
  ])
  await clock.advance(500)
  await recovered
  expect(await second.get('a')).toMatchObject({
    status: 'suspended',
    result: { data: { answer: { profile: 'late' } } },
  })
  expect(await second.resume(graph, 'a', { ask: 'yes' })).toMatchObject({ data: { answer: { profile: 'late' } } })
  expect(clock.timers).toEqual([])
})
