import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'

import { PROPERTY_TIMEOUT_MS, propertySettings } from '../../core/test/property-settings.ts'
import { ChunkQueue, type OverflowPolicy } from './index.ts'

const LOSSY = ['drop-oldest', 'drop-newest'] as const
const pace = fc.constantFrom(0, 0, 1, 3, 10)
const abortAt = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined, freq: 3 })

interface Item {
  readonly producer: number
  readonly index: number
}

const producers = fc.array(
  fc.record({ items: fc.nat(12), paceMs: pace, abortAt, timeoutMs: fc.constantFrom(undefined, 4) }),
  {
    minLength: 1,
    maxLength: 4,
  },
)
const readers = fc.array(
  fc.record({
    paceMs: pace,
    leavesAfter: fc.option(fc.nat(8), { nil: undefined, freq: 3 }),
    abortAt,
    overflow: fc.constantFrom<OverflowPolicy<Item>>('block', 'block', ...LOSSY, 'error', {
      coalesce: (_, item) => item,
    }),
    maxSize: fc.integer({ min: 1, max: 4 }),
    style: fc.constantFrom('get', 'values'),
  }),
  { minLength: 1, maxLength: 4 },
)
const ending = fc.record({
  at: fc.integer({ min: 0, max: 80 }),
  how: fc.constantFrom('close', 'fail', 'cancel', 'when done'),
})

for (const mode of ['work-queue', 'broadcast'] as const) {
  test(
    `${mode}: producers and readers that come, stall, give up and go: every item once and in order, and no call waits for ever`,
    async () => {
      await fc.assert(
        fc.asyncProperty(producers, readers, ending, async (makers, takers, end) => {
          const clock = manualClock()
          const queue = new ChunkQueue<Item>({ maxSize: 2, mode, clock, eventEmitter: () => {} })
          const signals: AbortSignal[] = []
          const taken: Item[] = []
          const abortedAt = (ms: number | undefined): AbortSignal => {
            const abort = new AbortController()
            if (ms !== undefined) clock.setTimeout(() => abort.abort(new Error('gave up')), ms)
            signals.push(abort.signal)
            return abort.signal
          }
          const make = async (each: (typeof makers)[number], producer: number): Promise<void> => {
            const signal = abortedAt(each.abortAt)
            const { timeoutMs } = each
            for (let index = 0; index < each.items; index++) {
              if (each.paceMs > 0) await clock.sleep(each.paceMs)
              const item = { producer, index }
              const isTaken = await queue
                .put(item, { signal, ...(timeoutMs === undefined ? undefined : { timeoutMs }) })
                .catch((error: { readonly code?: string }) => {
                  if (error.code === undefined) throw error
                  return undefined
                })
              if (isTaken === false) return
              if (isTaken === true) taken.push(item)
            }
          }
          const take = async (each: (typeof takers)[number]): Promise<readonly Item[]> => {
            const { overflow, maxSize } = each
            const from = mode === 'broadcast' ? queue.reader({ overflow, maxSize }) : queue
            const got: Item[] = []
            const signal = abortedAt(each.abortAt)
            const leave = (): void => void (mode === 'broadcast' && from.cancel())
            try {
              const pass = each.style === 'values' ? from.values({ signal }) : undefined
              for (;;) {
                const result = await (pass?.next() ?? from.get({ signal }))
                if (result.done === true) return got
                got.push(result.value)
                if (got.length === each.leavesAfter) {
                  await pass?.return?.()
                  leave()
                  return got
                }
                if (each.paceMs > 0) await clock.sleep(each.paceMs)
              }
            } catch {
              leave()
              return got
            }
          }
          const reading = takers.map(take)
          const making = makers.map((each, index) => make(each, index).catch(() => {}))
          if (end.how === 'when done') void Promise.all(making).then(() => queue.close())
          else {
            clock.setTimeout(() => {
              if (end.how === 'close') queue.close()
              else if (end.how === 'fail') queue.fail(new Error('failed'))
              else queue.cancel()
            }, end.at)
          }
          await clock.advance(2_000)
          // A producer that waits for a reader that has gone for good is freed by the end.
          queue.close()
          await clock.advance(0)
          const got = await withinTurns(Promise.all(reading))
          await withinTurns(Promise.all(making))

          const rest: Item[] = []
          if (mode === 'work-queue')
            for (let each = next(queue); each !== undefined; each = next(queue)) rest.push(each)
          const all = [...got.flat(), ...rest]
          const accepted = new Set(taken.map(keyOf))
          for (const list of [...got, rest]) expectOrdered(list)
          for (const item of all) expect(accepted.has(keyOf(item))).toBe(true)
          if (mode === 'work-queue') {
            expect(new Set(all.map(keyOf)).size, 'doubled').toBe(all.length)
            expect(all.length + queue.stats().discardedItems, 'lost').toBe(taken.length)
          } else {
            for (const [index, each] of takers.entries()) {
              const isWhole = each.overflow === 'block' && each.leavesAfter === undefined && each.abortAt === undefined
              if (isWhole && end.how !== 'cancel') expect(got[index]?.map(keyOf)).toEqual(taken.map(keyOf))
            }
          }
          expect(queue.stats()).toMatchObject({ waitingPuts: 0, waitingGets: 0, totalItems: taken.length })
          for (const signal of signals) expect(getEventListeners(signal, 'abort')).toEqual([])
          expect(clock.timers).toEqual([])
        }),
        propertySettings(250),
      )
    },
    PROPERTY_TIMEOUT_MS,
  )
}

const keyOf = ({ producer, index }: Item): string => `${producer}:${index}`

function next(queue: ChunkQueue<Item>): Item | undefined {
  try {
    return queue.tryGet()?.value
  } catch {
    return undefined
  }
}

function expectOrdered(items: readonly Item[]): void {
  const last = new Map<number, number>()
  for (const { producer, index } of items) {
    expect(index).toBeGreaterThan(last.get(producer) ?? -1)
    last.set(producer, index)
  }
}

/** Fails instead of hanging: by now everything must have settled. */
async function withinTurns<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false
  void promise.finally(() => (isSettled = true)).catch(() => {})
  for (let turn = 0; turn < 20 && !isSettled; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(isSettled, 'somebody waits for ever').toBe(true)
  return promise
}
