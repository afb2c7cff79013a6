import { Pipeline } from '@stageflow/core'
import type { Interceptor, StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { auth } from '../../interceptor-auth/src/index.ts'
import { openRuns, until } from '../test/open-runs.ts'
import { durableRuns } from './durable-runs.ts'
import type { DurableRuns, RunSchedule } from './index.ts'

// On a busy machine no lease ends, so no other process calls a stage again.
const { newPath, newJournal, open, change } = openRuns({ leaseMs: 3_600_000 })

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const at = (iso: string): number => Date.parse(iso)

function job() {
  const times: string[] = []
  const graph = new Pipeline('report')
    .withStage('write', ({ pipelineRunId }) => {
      times.push(pipelineRunId)
      return {}
    })
    .build()
  return { graph, times }
}
/** Lets time pass in steps, so that each run of the schedules is in the journal, and has ended, before the next one is due. */
async function pass(
  clock: ManualClock,
  ms: number,
  step: number,
  durable: DurableRuns,
  ...schedules: readonly RunSchedule[]
): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    await clock.advance(step)
    for (const schedule of schedules) await until(() => isAtRest(schedule, clock.now()))
    await settled(durable)
  }
}
/** Whether a schedule has started what it could by now. */
const isAtRest = ({ next, error }: RunSchedule, now: number): boolean =>
  next === undefined || next > now || error !== undefined
/** Waits until all runs have ended. */
async function settled(durable: DurableRuns): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  await until(async () => (await durable.list({ status: 'running' })).length === 0)
}
const ids = async (durable: DurableRuns): Promise<readonly string[]> =>
  (await durable.list({ limit: 1_000 })).map(({ runId }) => runId).toSorted()

test('a run starts at each time of the cron expression, under the name and the time, with its input', async () => {
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const durable = open(newPath(), { clock })
  const { graph, times } = job()
  const schedule = await durable.schedule('daily', {
    cron: '0 9 * * *',
    graph,
    input: (time) => ({ inputText: new Date(time).toISOString().slice(0, 10) }),
  })
  expect(schedule.next).toBe(at('2026-11-30T09:00:00Z'))
  await pass(clock, 2 * DAY, HOUR / 2, durable, schedule)
  expect(times).toEqual(['daily/2026-11-30T09:00:00.000Z', 'daily/2026-12-01T09:00:00.000Z'])
  expect(await durable.get('daily/2026-12-01T09:00:00.000Z')).toMatchObject({
    status: 'completed',
    input: { inputText: '2026-12-01' },
  })
  expect(schedule.next).toBe(at('2026-12-02T09:00:00Z'))
  schedule.stop()
  expect(schedule.next).toBeUndefined()
  await pass(clock, 2 * DAY, HOUR, durable)
  expect(times).toHaveLength(2)
  expect(clock.timers).toHaveLength(0)
})

test('two processes with the schedule start one run', async () => {
  const path = newPath()
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const { graph, times } = job()
  const handles = [open(path, { clock }), open(path, { clock }), open(path, { clock })]
  const schedules: RunSchedule[] = []
  for (const handle of handles) schedules.push(await handle.schedule('daily', { cron: '*/10 * * * *', graph }))
  await pass(clock, HOUR, MINUTE, handles[0] as DurableRuns, ...schedules)
  expect(times.toSorted()).toEqual(
    ['09:00', '09:10', '09:20', '09:30', '09:40', '09:50'].map((time) => `daily/2026-11-30T${time}:00.000Z`),
  )
})

test('of the times that were missed only the newest is run, and only if the journal knew the schedule', async () => {
  const path = newPath()
  const { graph, times } = job()
  const first = open(path, { clock: manualClock({ startAt: at('2026-11-30T12:00:00Z') }) })
  await first.schedule('daily', { cron: '0 9 * * *', graph })
  await first.close()
  const clock = manualClock({ startAt: at('2026-12-04T08:00:00Z') })
  const later = open(path, { clock })
  const daily = await later.schedule('daily', { cron: '0 9 * * *', graph })
  const fresh = await later.schedule('fresh', { cron: '0 9 * * *', graph })
  await clock.advance(1)
  await until(() => times.length === 1 && isAtRest(daily, clock.now()))
  await settled(later)
  expect(times).toEqual(['daily/2026-12-03T09:00:00.000Z'])
  expect(daily.next).toBe(at('2026-12-04T09:00:00Z'))
  expect(fresh.next).toBe(at('2026-12-04T09:00:00Z'))
})

test('a process that was stopped over several times runs the newest of them', async () => {
  const timers = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  let asleepMs = 0
  const clock = { ...timers, now: () => timers.now() + asleepMs }
  const durable = open(newPath(), { clock })
  const { graph, times } = job()
  const often = await durable.schedule('often', { cron: '* * * * *', graph })
  // A laptop sleeps: its clock goes on, and its timers don't.
  asleepMs = 3 * HOUR
  await timers.advance(MINUTE / 2)
  await until(() => isAtRest(often, clock.now()))
  await settled(durable)
  expect(times).toEqual(['often/2026-11-30T12:00:00.000Z'])
  await pass(timers, MINUTE / 2, MINUTE / 2, durable)
  await until(() => isAtRest(often, clock.now()))
  await pass(timers, MINUTE / 2, MINUTE / 2, durable)
  await until(() => isAtRest(often, clock.now()))
  await settled(durable)
  expect(times).toEqual(['often/2026-11-30T12:00:00.000Z', 'often/2026-11-30T12:01:00.000Z'])
})

test('a clock that is set back starts nothing a second time', async () => {
  const path = newPath()
  const { graph, times } = job()
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const durable = open(path, { clock })
  const first = await durable.schedule('daily', { cron: '0 * * * *', graph })
  await pass(clock, HOUR, MINUTE, durable, first)
  expect(times).toEqual(['daily/2026-11-30T09:00:00.000Z'])
  await durable.close()
  // Its retention has passed, so the id alone would not tell.
  await change(path, 'DELETE FROM runs')
  const behind = manualClock({ startAt: at('2026-11-30T07:30:00Z') })
  const again = open(path, { clock: behind })
  const schedule = await again.schedule('daily', { cron: '0 * * * *', graph })
  await pass(behind, 2 * HOUR, MINUTE, again, schedule)
  expect(times).toHaveLength(1)
  expect(schedule.next).toBe(at('2026-11-30T10:00:00Z'))
  await pass(behind, HOUR, MINUTE, again, schedule)
  expect(times).toEqual(['daily/2026-11-30T09:00:00.000Z', 'daily/2026-11-30T10:00:00.000Z'])
})

describe('times in a time zone', () => {
  async function days(cron: string, from: string, count: number): Promise<readonly string[]> {
    const clock = manualClock({ startAt: at(from) })
    const durable = open(newPath(), { clock })
    const { graph, times } = job()
    const schedule = await durable.schedule('d', { cron, timezone: 'Europe/Berlin', graph })
    await pass(clock, count * DAY, 30 * MINUTE, durable, schedule)
    return times.map((id) => id.slice(2, 18))
  }
  test('a time that the change to summer time leaves out comes once, an hour later', async () => {
    expect(await days('30 2 * * *', '2027-03-27T12:00:00Z', 2)).toEqual(['2027-03-28T01:00', '2027-03-29T00:30'])
  })
  test('a time that the end of summer time has twice comes once', async () => {
    expect(await days('30 2 * * *', '2026-10-24T12:00:00Z', 2)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30'])
  })
  test('each hour comes once over the end of summer time', async () => {
    const hours = await days('0 * * * *', '2026-10-24T22:15:00Z', 0.25)
    expect(hours).toEqual(['24T23', '25T00', '25T01', '25T02', '25T03', '25T04'].map((hour) => `2026-10-${hour}:00`))
  })
  test('the 29th of February comes in leap years', async () => {
    const clock = manualClock({ startAt: at('2026-11-30T00:00:00Z') })
    const { graph } = job()
    const schedule = await open(newPath(), { clock }).schedule('leap', { cron: '0 12 29 2 *', graph })
    expect(schedule.next).toBe(at('2028-02-29T12:00:00Z'))
    schedule.stop()
  })
})

test('the last schedule of a name takes the place of the earlier ones, in other processes too', async () => {
  const path = newPath()
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const { graph, times } = job()
  const [old, today] = [open(path, { clock }), open(path, { clock })]
  const before = await old.schedule('daily', { cron: '0 9 * * *', graph })
  const second = await today.schedule('daily', { cron: '30 9 * * *', graph })
  await pass(clock, HOUR, MINUTE, today, before, second)
  expect(times).toEqual(['daily/2026-11-30T09:30:00.000Z'])
  expect(before.next).toBeUndefined()
  expect(before.error).toMatchObject({
    code: 'durable-engine/other-schedule',
    message: expect.stringContaining('"30 9 * * *" in UTC, and this process has "0 9 * * *" in UTC') as string,
  })
  const third = await today.schedule('daily', { cron: '45 9 * * *', graph })
  await pass(clock, DAY, HOUR / 2, today, third)
  expect(times).toEqual(['daily/2026-11-30T09:30:00.000Z', 'daily/2026-12-01T09:45:00.000Z'])
  expect(third.next).toBe(at('2026-12-02T09:45:00Z'))
})

test('two schedules of the same times with other graphs both stay, and each time has the run of one of them', async () => {
  const path = newPath()
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const [first, second] = [open(path, { clock }), open(path, { clock })]
  const started: string[] = []
  const graphOf = (name: 'old' | 'new') =>
    new Pipeline(name)
      .withStage('write', ({ pipelineRunId }) => {
        started.push(pipelineRunId)
        return {}
      })
      .build()
  const one = await first.schedule('daily', { cron: '0 9 * * *', graph: graphOf('old') })
  const two = await second.schedule('daily', { cron: '0 9 * * *', graph: graphOf('new') })
  await pass(clock, MINUTE, MINUTE / 2, first, one, two)
  expect([one.error, two.error]).toEqual([undefined, undefined])
  expect([one.next, two.next]).toEqual([at('2026-12-01T09:00:00Z'), at('2026-12-01T09:00:00Z')])
  expect(started).toEqual(['daily/2026-11-30T09:00:00.000Z'])
})

test('close() stops the schedules, and another process goes on with them', async () => {
  const path = newPath()
  const clock = manualClock({ startAt: at('2026-11-30T08:30:00Z') })
  const { graph, times } = job()
  const first = open(path, { clock })
  const schedule = await first.schedule('daily', { cron: '0 9 * * *', graph })
  await first.close()
  expect(schedule.next).toBeUndefined()
  await expect(first.schedule('daily', { cron: '0 9 * * *', graph })).rejects.toMatchObject({
    code: 'durable-engine/closed',
  })
  const second = open(path, { clock })
  const later = await second.schedule('daily', { cron: '0 9 * * *', graph })
  await pass(clock, HOUR, MINUTE, second, later)
  expect(times).toEqual(['daily/2026-11-30T09:00:00.000Z'])
})

test('a run that cannot be started is tried again, and the schedule says why', async () => {
  const path = newPath()
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const durable = open(path, { clock })
  const { graph, times } = job()
  let isReady = false
  const schedule = await durable.schedule('daily', {
    cron: '0 9 * * *',
    graph,
    input: () => {
      if (!isReady) throw new Error('not ready')
      return {}
    },
  })
  await pass(clock, MINUTE, MINUTE / 2, durable, schedule)
  expect(schedule.error).toMatchObject({ message: 'not ready' })
  expect(times).toEqual([])
  isReady = true
  await clock.advance(MINUTE / 6)
  await until(() => schedule.error === undefined)
  await settled(durable)
  expect(times).toEqual(['daily/2026-11-30T09:00:00.000Z'])
  expect(schedule.error).toBeUndefined()
})

test('a run whose addition was confirmed too late, so that the journal has repeated it, is carried', async () => {
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const journal = newJournal(newPath())
  const { graph, times } = job()
  const write = journal.write.bind(journal)
  let hasRepeated = false
  vi.spyOn(journal, 'write').mockImplementation(async (act, repetition) => {
    const value = await write(act, repetition)
    const isAdded = (value as { readonly is?: string } | undefined)?.is === 'ours'
    if (!isAdded || hasRepeated || repetition !== 'repeatable') return value
    hasRepeated = true
    return write(act, repetition)
  })
  const durable = durableRuns(journal, { clock })
  onTestFinished(async () => {
    await durable.close({ timeoutMs: 0 })
  })
  const schedule = await durable.schedule('daily', { cron: '0 9 * * *', graph })
  await clock.advance(MINUTE / 2)
  const runId = 'daily/2026-11-30T09:00:00.000Z'
  await until(async () => (await durable.get(runId))?.status === 'completed')
  await until(() => isAtRest(schedule, clock.now()))
  expect([hasRepeated, times, schedule.error]).toEqual([true, [runId], undefined])
})

test.each([
  ['of another pipeline', 'note'],
  ['of the same pipeline', 'report'],
])('a run %s that a caller has started under the id of a time is not that of the schedule', async (_which, name) => {
  const path = newPath()
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const durable = open(path, { clock })
  const { graph, times } = job()
  const runId = 'daily/2026-11-30T09:00:00.000Z'
  const theirs = new Pipeline(name).withStage('write', () => ({})).build()
  await durable.run(theirs, {}, { runId })
  const schedule = await durable.schedule('daily', { cron: '0 9 * * *', graph })
  await pass(clock, MINUTE, MINUTE / 2, durable, schedule)
  expect(schedule.error).toMatchObject({
    code: 'durable-engine/taken-id',
    message: expect.stringContaining(`"${runId}"`) as string,
  })
  expect(times).toEqual([])
  await change(path, 'DELETE FROM runs')
  await clock.advance(MINUTE / 6)
  await until(() => schedule.error === undefined)
  await settled(durable)
  expect(times).toEqual([runId])
})

test('a time starts its run although a caller waits for a run of that id that is not there', async () => {
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const durable = open(newPath(), { clock })
  const { graph, times } = job()
  const runId = 'daily/2026-11-30T09:00:00.000Z'
  let attached: Promise<unknown> | undefined
  const input = () => {
    attached = durable
      .as('too early')
      .attach(graph, runId)
      .catch((error: StageflowError) => error.code)
    return {}
  }
  const schedule = await durable.schedule('daily', { cron: '0 9 * * *', graph, input })
  await pass(clock, MINUTE, MINUTE / 2, durable, schedule)
  expect(await attached).toBe('durable-engine/unknown-run')
  expect([times, schedule.error]).toEqual([[runId], undefined])
})

test('a run that fails or waits is in the journal, and the next one starts all the same', async () => {
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const durable = open(newPath(), { clock })
  const graph = new Pipeline('p').withStage('a', () => Promise.reject(new Error('failed'))).build()
  const schedule = await durable.schedule('daily', { cron: '*/30 * * * *', graph })
  await pass(clock, HOUR, MINUTE, durable, schedule)
  expect(await ids(durable)).toEqual(['daily/2026-11-30T09:00:00.000Z', 'daily/2026-11-30T09:30:00.000Z'])
  expect((await durable.list({ status: 'failed' })).length).toBe(2)
  expect(schedule.error).toBeUndefined()
})

test.each<[problem: RegExp, name: string, options: object]>([
  [/cron expression "every day", which has 2 fields; pass five fields/, 'daily', { cron: 'every day' }],
  [/cron expression "61 \* \* \* \*"/, 'daily', { cron: '61 * * * *' }],
  [/cron expression "2026-01-01T00:00:00"; pass five fields/, 'daily', { cron: '2026-01-01T00:00:00' }],
  [/cron expression "\? \* \* \* \*"/, 'daily', { cron: '? * * * *' }],
  [/"0 0 31 2 \*", whose time never comes/, 'daily', { cron: '0 0 31 2 *' }],
  [/cron must be/, 'daily', { cron: '' }],
  [/timezone "Mars\/Olympus"; pass a name/, 'daily', { cron: '0 9 * * *', timezone: 'Mars/Olympus' }],
  [/unknown option "who"/, 'daily', { cron: '0 9 * * *', who: { userId: 'u' } }],
  [/input must be/, 'daily', { cron: '0 9 * * *', input: 5 }],
  [/options must be/, 'daily', { cron: '0 9 * * *', options: [] }],
  [/options must be .* without a signal/, 'daily', { cron: '0 9 * * *', options: { signal: AbortSignal.abort() } }],
  [
    /options must be .* without a signal/,
    'daily',
    { cron: '0 9 * * *', options: { maxConcurrency: 2, signal: new AbortController().signal } },
  ],
  [/schedule\(\) was given the name ""/, '', { cron: '0 9 * * *' }],
])('%s is refused, and nothing is kept', async (problem, name, options) => {
  const path = newPath()
  const { graph } = job()
  const refused = open(path).schedule(name, { graph, ...options } as never)
  await expect(refused).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
    message: expect.stringMatching(problem) as string,
  })
  expect(await change(path, 'SELECT * FROM schedules')).toEqual([])
})

test.each([
  ['nothing', undefined, 'who has no id'],
  ['no id', {}, 'who has no id'],
  ['no tenant', { userId: 'ada', orgId: undefined }, 'who.orgId is undefined'],
])('a schedule by name for %s is refused: its runs would belong to no tenant', async (_what, who, missing) => {
  const durable = open(newPath())
  const options = { cron: '0 9 * * *', graph: job().graph, who }
  await expect(durable.as('nightly').schedule('daily', options as never)).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
    message: expect.stringContaining(missing) as string,
  })
})

describe('a graph whose interceptors check callers', () => {
  const seen: object[] = []
  const guarded = () =>
    new Pipeline('guarded')
      .withStage('a', ({ snapshot }) => {
        seen.push({ userId: snapshot.userId, orgId: snapshot.orgId })
        return {}
      })
      .build({
        interceptors: [auth({ verify: () => ({ sub: 'ada', org_id: 'acme' }), renew: () => undefined })],
      })

  test('it is scheduled by a name only, and the runs are for the user and the organization that the app names', async () => {
    const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
    const durable = open(newPath(), { clock })
    const graph = guarded()
    await expect(durable.schedule('daily', { cron: '0 9 * * *', graph })).rejects.toMatchObject({
      code: 'durable-engine/illegal-option',
      message: expect.stringContaining("runs.as('nightly').schedule('daily'") as string,
    })
    const who = { userId: 'ada', orgId: 'acme' }
    const schedule = await durable.as('nightly').schedule('daily', { cron: '0 9 * * *', graph, who })
    await pass(clock, MINUTE, MINUTE / 2, durable, schedule)
    expect(schedule.error).toBeUndefined()
    const runId = 'daily/2026-11-30T09:00:00.000Z'
    expect(await durable.list({ orgId: 'acme' })).toMatchObject([{ runId, userId: 'ada', status: 'completed' }])
    expect(seen).toEqual([who])
    // Another person of the tenant doesn't get at it.
    const eve = new Pipeline('guarded')
      .withStage('a', () => ({}))
      .build({
        interceptors: [auth({ verify: () => ({ sub: 'eve', org_id: 'acme' }) })],
      })
    await expect(durable.get(eve, runId, { token: 't' } as never)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  })

  test('no caller can start a run by a name', async () => {
    const durable = open()
    const graph = guarded()
    for (const options of [{ system: 'nightly' }, { who: { userId: 'ada' } }])
      await expect(durable.run(graph, {}, { runId: 'r', ...options } as never)).rejects.toMatchObject({
        code: 'core/illegal-option',
      })
    await expect(durable.run(graph, { system: 'nightly' } as never, { runId: 'r' })).rejects.toMatchObject({
      code: 'core/snapshot',
    })
    await expect(durable.run(graph, {}, { runId: 'r' })).rejects.toMatchObject({ code: 'auth/missing-token' })
  })

  test('an interceptor of your own refuses what it cannot check', async () => {
    const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
    const durable = open(newPath(), { clock })
    const asked: unknown[] = []
    const mine: Interceptor = {
      name: 'mine',
      admit: ({ system, userId }) => {
        asked.push({ system, userId })
        throw new Error('no')
      },
    }
    const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [mine] })
    const schedule = await durable.as('nightly').schedule('daily', { cron: '0 9 * * *', graph, who: { userId: 'u' } })
    await pass(clock, MINUTE, MINUTE / 2, durable, schedule)
    expect(asked[0]).toEqual({ system: 'nightly', userId: 'u' })
    expect(schedule.error).toMatchObject({ code: 'core/interceptor-threw' })
    expect(await durable.list()).toEqual([])
  })
})

test.each([
  ['1 2 3 4 5 6 7', '"1 2 3 4 5 6 7", which has 7 fields; pass five fields, or six with the seconds first'],
  ['1 2', '"1 2", which has 2 fields; pass five fields'],
  ['', 'cron must be a string that is not empty'],
  ['61 * * * *', '"61 * * * *": Invalid value for minute: 61. Instead, pass five fields'],
])('the cron expression "%s" is refused with what to pass', async (cron, message) => {
  const nothing = new Pipeline('nothing').withStage('a', () => ({})).build()
  const durable = open()
  await expect(durable.schedule('daily', { cron, graph: nothing })).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
    message: expect.stringContaining(message) as string,
  })
})
