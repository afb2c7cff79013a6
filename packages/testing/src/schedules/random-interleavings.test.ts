import { Pipeline, StageflowError, defineStage } from '@stageflow/core'
import type { AnyStage } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PROPERTY_TIMEOUT_MS, propertySettings } from '../../../core/test/property-settings.ts'
import { exploreInterleavings } from './explore-interleavings.ts'
import { seededSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'

/** For each stage, the earlier stages that it depends on, as bits. */
type Graph = readonly number[]

const MOST_STAGES = 5

const graphs: fc.Arbitrary<Graph> = fc
  .integer({ min: 1, max: MOST_STAGES })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, stage) => fc.nat((1 << stage) - 1))))

/** Counts the orders by hand: each stage that is ready can be the next. */
function countOrders(graph: Graph, done = 0): number {
  if (done === (1 << graph.length) - 1) return 1
  let orders = 0
  graph.forEach((needs, stage) => {
    if ((done & (1 << stage)) === 0 && (needs & ~done) === 0) orders += countOrders(graph, done | (1 << stage))
  })
  return orders
}

/** Whether `later` waits for `earlier`, directly or through others. */
const waitsFor = (graph: Graph, later: number, earlier: number): boolean =>
  graph.some((_, stage) => {
    const isNeeded = ((graph[later] as number) & (1 << stage)) !== 0
    return isNeeded && (stage === earlier || waitsFor(graph, stage, earlier))
  })

async function run({ clock, interceptor }: Schedule, graph: Graph, code: (stage: number) => void): Promise<void> {
  const stages: AnyStage[] = []
  graph.forEach((needs, stage) => {
    const after = Object.fromEntries(stages.flatMap((one, at) => ((needs & (1 << at)) === 0 ? [] : [[one.name, one]])))
    const body = async (): Promise<void> => {
      for (let turn = 0; turn < stage; turn++) await Promise.resolve()
      code(stage)
    }
    stages.push(defineStage({ name: `s${stage}`, after, run: body }))
  })
  await Pipeline.from('random', stages as never)
    .build({ clock, interceptors: [interceptor] })
    .run({})
}

test(
  'a graph runs once in each of its orders',
  async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const logs: string[] = []
        const explored = await exploreInterleavings(
          async (schedule) => {
            const log: number[] = []
            await run(schedule, graph, (stage) => log.push(stage))
            return log.join()
          },
          (log) => void logs.push(log),
        )
        expect(explored).toEqual({ orders: countOrders(graph), complete: true })
        expect(new Set(logs).size).toBe(explored.orders)
      }),
      propertySettings(250),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test(
  'a race for the last write is found exactly if no dependency orders the writers, and its order repeats it',
  async () => {
    const cases = graphs
      .filter(({ length }) => length > 1)
      .chain((graph) => fc.tuple(fc.constant(graph), fc.nat(graph.length - 2)))
    await fc.assert(
      fc.asyncProperty(cases, async ([graph, writer]) => {
        const last = graph.length - 1
        const explore = (order?: string) =>
          exploreInterleavings(
            async (schedule) => {
              let written = -1
              await run(schedule, graph, (stage) => {
                if (stage === writer || stage === last) written = stage
              })
              return written
            },
            (written) => written === last,
            order === undefined ? {} : { order },
          )
        const found: unknown = await explore().catch((error: unknown) => error)
        expect(StageflowError.is(found, 'testing/interleaving')).toBe(!waitsFor(graph, last, writer))
        if (!(found instanceof Error)) return
        const [, order] = /\{ order: '([\d.]+)' \}/.exec(found.message) ?? []
        await expect(explore(order)).rejects.toMatchObject({ code: 'testing/interleaving' })
      }),
      propertySettings(250),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test(
  'a seed gives one order, and all orders have seeds',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs.filter((graph) => countOrders(graph) <= 6),
        async (graph) => {
          const orderOf = async (seed: number): Promise<string> => {
            const log: number[] = []
            const schedule = seededSchedule({ seed })
            await schedule.drive(run(schedule, graph, (stage) => log.push(stage)))
            return log.join()
          }
          const orders = new Set<string>()
          for (let seed = 0; seed < 60; seed++) orders.add(await orderOf(seed))
          expect(orders.size).toBe(countOrders(graph))
          expect(await orderOf(7)).toBe(await orderOf(7))
        },
      ),
      propertySettings(100),
    )
  },
  PROPERTY_TIMEOUT_MS,
)
