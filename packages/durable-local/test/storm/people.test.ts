import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { systemClock } from '@stageflow/core'
import { durableLocal } from '@stageflow/durable-local'
import { expect, test } from 'vitest'

import { orderGraph, orderPlan } from './orders.ts'
import { People } from './people.ts'
import type { OrderRuns } from './place.ts'
import { shown, uninterrupted } from './reference.ts'

/** An order whose payment fails twice, and that asks how to wrap an item. */
const SEED = 5_000
const { id } = orderPlan(SEED)

/** The answer for the item of the order comes while the order has failed. */
async function liveWithLateAnswer(noted: Readonly<Record<string, readonly string[]>>) {
  const late: string[] = []
  const lived = await live(noted, (durable) => answeringLate(durable, late))
  return { ...lived, late }
}
function answeringLate(durable: OrderRuns, late: string[]): Partial<OrderRuns> {
  const untilFailed = async (answers: object): Promise<void> => {
    if (!('items' in answers) || late.length > 0) return
    while ((await durable.get(id))?.status !== 'failed') await new Promise(setImmediate)
    late.push(id)
  }
  return {
    answer: async (...args) => {
      await untilFailed(args[2])
      return durable.answer(...args)
    },
    resume: async (...args) => {
      await untilFailed(args[2])
      return durable.resume(...args)
    },
  }
}

/** Lets people work on the order alone, with runs of which some calls are changed. */
async function live(
  noted: Readonly<Record<string, readonly string[]>>,
  changes: (durable: OrderRuns) => Partial<OrderRuns>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-people-'))
  const durable = durableLocal({ path: join(folder, 'runs.db') })
  const runs: OrderRuns = { ...durable, as: (name) => durable.as(name), ...changes(durable) }
  const cards = new Set<number>()
  const notes: string[] = []
  const graph = orderGraph({
    version: 'old',
    effect: () => {},
    newCards: () => cards.size,
    clock: systemClock,
    slowMs: 0,
  })
  const people = new People({
    runs,
    graph,
    troubles: [],
    firstSeed: SEED,
    orders: 1,
    place: 0,
    workers: 1,
    // Without strangers, and answers are kept only.
    random: () => 0.5,
    note: (what, ...words) => notes.push([what, ...words].join(' ')),
    noted: (what) => noted[what] ?? [],
    giveCard: (_, n) => cards.add(n),
    mayEnd: () => true,
  })
  try {
    await durable.recover(graph)
    await people.live()
    return { notes, result: (await durable.get(id))?.result }
  } finally {
    await durable.close()
    rmSync(folder, { recursive: true })
  }
}

test.each([
  ['the first time', {}],
  ['again, after its process has died', { tried: [`${id} items/1`] }],
])(
  'an answer that comes %s while the order has failed is given again once the order is tried again',
  async (_, noted) => {
    const { notes, late, result } = await liveWithLateAnswer(noted)
    expect(late).toEqual([id])
    expect(notes.filter((note) => note.startsWith('unexpected'))).toEqual([])
    expect(notes).toContain(`confirmed ${id} items/1`)
    expect(shown(result)).toBe(await uninterrupted(SEED, 'old'))
  },
  60_000,
)

test('an order that two processes try again with the same card gets the next one too', async () => {
  let isFirst = true
  const { notes, result } = await live({}, (durable) => ({
    retryFailed: async (...args) => {
      if (isFirst) await durable.retryFailed(...args).catch(() => {})
      isFirst = false
      return durable.retryFailed(...args)
    },
  }))
  expect(notes.filter((note) => note.startsWith('unexpected'))).toEqual([])
  expect(shown(result)).toBe(await uninterrupted(SEED, 'old'))
}, 60_000)
