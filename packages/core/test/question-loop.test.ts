import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

const clock = manualClock({ startAt: 1_000_000 })
const now = (): number => clock.now()

/** Lets times pass as soon as they have come, as journals do. */
class Executor extends ArrayExecutor {
  override async next() {
    this.pass()
    return super.next()
  }
}

/** Asks again and again, with a time that has passed, until it has asked so often. */
const asks = (most: number, options: (round: number) => object, rounds: number[] = []) => ({
  rounds,
  stage: (_context: StageContext) => {
    rounds.push(rounds.length + 1)
    return rounds.length > most ? { rounds: rounds.length } : StageOutput.suspend('?', options(rounds.length))
  },
})

const LOOP = {
  status: 'failed',
  errors: [
    {
      code: 'core/question-loop',
      message: expect.stringContaining('asked 1000 times in a row with a time that had passed already') as string,
    },
  ],
}

test.each<[what: string, options: () => object]>([
  ['forMs: 0', () => ({ forMs: 0 })],
  ['an until in the past', () => ({ until: clock.now() - 5 })],
])(
  'a stage that asks for ever with %s fails (core/question-loop), and does not hold its process',
  async (_what, options) => {
    const { stage, rounds } = asks(Infinity, options)
    const executor = new Executor([], { now })
    const result = await runDurable(new Pipeline('p').withStage('a', stage).build({ clock }), executor)
    expect(result).toMatchObject(LOOP)
    expect(rounds).toHaveLength(1_001)
    expect(executor.facts.at(-1)).toMatchObject({ kind: 'call', facts: { status: 'fail' } })
  },
)

test('so does an item of a map', async () => {
  const item = asks(Infinity, () => ({ forMs: 0 }))
  const map = new Pipeline('p')
    .withMap('letters', { over: () => ['x'], each: (_letter, context) => item.stage(context) })
    .build({ clock })
  expect(await runDurable(map, new Executor([], { now }))).toMatchObject({ status: 'failed' })
  expect(item.rounds).toHaveLength(1_001)
})

test('a stage may catch up with times that passed, and a question that pauses begins the count again, over legs', async () => {
  const { stage, rounds } = asks(1_600, (round) => (round === 800 ? { forMs: 1 } : { forMs: 0 }))
  const graph = new Pipeline('p').withStage('a', stage).build({ clock })
  const first = new Executor([], { now })
  expect(await runDurable(graph, first)).toMatchObject({ status: 'suspended' })
  expect(rounds).toHaveLength(800)
  await clock.advance(1)
  const second = new Executor(first.facts, { now })
  expect(await runDurable(graph, second)).toMatchObject({ status: 'completed' })
})

test('the count goes on over legs', async () => {
  const { stage } = asks(Infinity, () => ({ forMs: 0 }))
  const graph = new Pipeline('p').withStage('a', stage).build({ clock })
  const whole = new Executor([], { now })
  await runDurable(graph, whole)
  const half = whole.facts.slice(0, 1_201)
  const { stage: again, rounds } = asks(Infinity, () => ({ forMs: 0 }))
  const second = new Pipeline('p').withStage('a', again).build({ clock })
  expect(await runDurable(second, new Executor(half, { now }))).toMatchObject(LOOP)
  expect(rounds.length).toBeLessThan(500)
})
