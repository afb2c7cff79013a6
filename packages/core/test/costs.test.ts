import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { defineStage, Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

/** The processor time of the fastest of three runs. What else the machine does slows some runs, and makes none faster. */
async function leastOf(run: () => Promise<number>): Promise<number> {
  return Math.min(await run(), await run(), await run())
}

test("the cost of each note, fork and item doesn't grow with their number", async () => {
  const timeOf = async (count: number): Promise<number> => {
    const graph = new Pipeline()
      .withStage('notes', ({ note }) => {
        for (let k = 0; k < count; k++) note(`acme-${k}` as never, k as never)
      })
      .withMap('map', {
        over: () => Array.from({ length: count }, (_, k) => k),
        each: async (item, { signal }) => ({ item, aborted: signal.aborted }),
        concurrency: 10,
      })
      .build({ clock })
    const before = process.cpuUsage()
    await graph.run()
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  await timeOf(2_000)
  // Eight times the work: linear is 8, quadratic 64.
  const [many, few] = [await leastOf(() => timeOf(32_000)), await leastOf(() => timeOf(4_000))]
  expect(many / few).toBeLessThan(24)
})

test('a stop costs the same for each stage that listens to its signal', async () => {
  const timeOf = async (count: number): Promise<number> => {
    const listens = (context: StageContext): Promise<never> =>
      new Promise((_, reject) => {
        const { signal } = context
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    const stages = Array.from({ length: count }, (_, k) => defineStage({ name: `s${k}`, run: listens }))
    const abort = new AbortController()
    const graph = Pipeline.from('wide', stages as never).build({ clock })
    // From the start: it is adding a listener that may walk the list of those there are.
    const before = process.cpuUsage()
    const settled = graph.run({}, { signal: abort.signal })
    abort.abort()
    await settled
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  await timeOf(4_000)
  // Eight times the stages: linear is 8, quadratic 64.
  const [many, few] = [await leastOf(() => timeOf(32_000)), await leastOf(() => timeOf(4_000))]
  expect(many / few).toBeLessThan(28)
}, 60_000)

test('a run keeps no memory for pipelines that stages create or for items that a map has finished', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const dynamic = new Pipeline()
    .withStage('a', async ({ runChild }) => void (await runChild(new Pipeline('made').withStage('x', () => ({})))))
    .build({ clock })
  const runs = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) await dynamic.run()
  }
  await runs(200)
  const beforeRuns = used()
  await runs(1_500)
  expect((used() - beforeRuns) / 1_500).toBeLessThan(2_000)

  let held = 0
  const beforeItems = used()
  const map = new Pipeline()
    .withMap('m', {
      over: async function* () {
        for (let k = 0; k < 1_500; k++) yield { big: 'x'.repeat(8_000) + k }
        held = used() - beforeItems
      },
      each: () => StageOutput.skip('done with'),
      concurrency: 1,
    })
    .build({ clock })
  await map.run()
  expect(held / 1_500).toBeLessThan(2_000)
})
