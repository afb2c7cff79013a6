import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import { expect, test } from 'vitest'
import { manualClock } from './manual-clock.ts'
import { seededOrder } from './seeded-order.ts'

/** Three stages that are ready at once, and one after them; what each saw is in the log. */
async function startsOf(seed: number): Promise<string> {
  const log: string[] = []
  const parallel = new Pipeline('parallel')
    .withStage('a', () => void log.push('a'))
    .withStage('b', async () => void log.push('b'))
    .withStage('c', () => void log.push('c'), StageKind.ENRICH)
    .withStage('last', () => void log.push('last'), { dependencies: ['a', 'b', 'c'] })
  const result = await parallel.build({ interceptors: [seededOrder(seed)] }).run({})
  expect(result.status).toBe('completed')
  return log.join(' ')
}

test('every order of three ready stages occurs in 50 seeds, and dependencies hold in all', async () => {
  const orders = new Set<string>()
  for (let seed = 0; seed < 50; seed++) orders.add(await startsOf(seed))
  expect([...orders].sort()).toEqual([
    'a b c last',
    'a c b last',
    'b a c last',
    'b c a last',
    'c a b last',
    'c b a last',
  ])
})

test('a seed gives the same order for every run, also for runs at once', async () => {
  const order = await startsOf(5)
  expect(await startsOf(5)).toBe(order)
  expect(await Promise.all([startsOf(5), startsOf(5), startsOf(5)])).toEqual([order, order, order])
})

test('a stage that had not begun when the run was cancelled does not begin', async () => {
  const endings = new Set<string>()
  for (let seed = 0; seed < 50; seed++) {
    let began = false
    const racing = new Pipeline('racing')
      .withStage('stop', () => StageOutput.cancel('enough'))
      .withStage('other', () => void (began = true))
    const result = await racing.build({ interceptors: [seededOrder(seed)] }).run({})
    expect(result.status).toBe('cancelled')
    endings.add(`${result.report.stages['other']?.status}, ${began ? 'began' : 'did not begin'}`)
  }
  expect([...endings].sort()).toEqual(['cancel, did not begin', 'ok, began'])
})

test('on a manual clock with a seed, stages that wait equally long end in every order', async () => {
  async function endsOf(seed: number): Promise<string> {
    const clock = manualClock({ seed })
    const log: string[] = []
    const stage = (name: string) => async (): Promise<void> => {
      await clock.sleep(100)
      log.push(name)
    }
    const graph = new Pipeline('parallel')
      .withStage('a', stage('a'))
      .withStage('b', stage('b'))
      .withStage('c', stage('c'))
      .build({ clock })
    const run = graph.run({})
    await clock.runAll()
    await run
    expect(clock.now()).toBe(100)
    expect(clock.timers).toEqual([])
    return log.join(' ')
  }
  const orders: string[] = []
  for (let seed = 0; seed < 50; seed++) orders.push(await endsOf(seed))
  expect(new Set(orders).size).toBe(6)
  expect(await endsOf(9)).toBe(orders[9])
})
