import fc from 'fast-check'
import { operationOf, stageOf } from '../../test/commands.ts'
import { expect, test } from 'vitest'
import { PROPERTY_TIMEOUT_MS, propertySettings } from '../../test/property-settings.ts'
import { randomGraph } from '../../test/random-graphs.ts'
import { dependentsOf, longestPaths } from '../../test/reference-join.ts'
import { planOf } from '../../test/schedule-checks.ts'
import { commandOf, createPlan, findCycles } from './plan.ts'
import { ABORT, END, OPERATION, RESUME, SKIP, START } from './plan.ts'
import { CANCELLED, FAILED, OK, READY, RUNNING, SKIPPED, STATE_BITS, STAYS, SUSPENDED, WAITING } from './plan.ts'
import { CELLS, NEED, PENDING, STATE, WHY } from './plan.ts'

const row = (offsets: Int32Array, values: Int32Array, stage: number): number[] => [
  ...values.slice(offsets[stage], offsets[stage + 1]),
]

test(
  'a plan has the edges of any graph both ways, in declared order',
  () => {
    fc.assert(
      fc.property(randomGraph(15), (wiring) => {
        const plan = planOf(wiring)
        const dependents = dependentsOf(wiring)
        expect(plan.count).toBe(wiring.length)
        wiring.forEach(({ dependencies }, stage) => {
          expect(row(plan.sourceOffsets, plan.sources, stage)).toEqual(dependencies)
          expect(row(plan.offsets, plan.targets, stage)).toEqual(dependents[stage])
        })
      }),
      propertySettings(1_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test(
  'the order of a plan is the longest remaining path first, then declared order',
  () => {
    fc.assert(
      fc.property(randomGraph(15), (wiring) => {
        const paths = longestPaths(wiring)
        const sorted = [...wiring.keys()].toSorted((a, b) => (paths[b] as number) - (paths[a] as number) || a - b)
        expect([...planOf(wiring).order]).toEqual([...wiring.keys()].map((stage) => sorted.indexOf(stage)))
      }),
      propertySettings(1_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test('stages without dependencies are ready and start in declared order, and the others wait for all their dependencies', () => {
  const plan = createPlan(
    [[1], [], [1, 3], []],
    [1, 0, 2, 0].map((need) => ({ need, eager: false, late: false })),
  )
  expect(plan.starts.map(stageOf)).toEqual([1, 3])
  const cells = (stage: number): number[] => plan.cells.slice(CELLS * stage, CELLS * (stage + 1)) as number[]
  const cellsOf = (fields: Readonly<Record<number, number>>): number[] =>
    Array.from({ length: CELLS }, (_, place) => fields[place] ?? 0)
  expect(cells(0)).toEqual(cellsOf({ [PENDING]: 1, [NEED]: 1, [STATE]: WAITING, [WHY]: -1 }))
  expect(cells(1)).toEqual(cellsOf({ [PENDING]: 0, [NEED]: 0, [STATE]: READY, [WHY]: -1 }))
  expect(cells(2)).toEqual(cellsOf({ [PENDING]: 2, [NEED]: 2, [STATE]: WAITING, [WHY]: -1 }))
})

test('readers are counted only if a stage may end as late', () => {
  const need = { need: 1, eager: true }
  const dependencies = [[], [0], [0, 1]]
  expect(
    createPlan(
      dependencies,
      dependencies.map(() => ({ ...need, late: false })),
    ).readers,
  ).toBeUndefined()
  expect([
    ...(createPlan(
      dependencies,
      dependencies.map((_, stage) => ({ ...need, late: stage !== 1 })),
    ).readers ?? []),
  ]).toEqual([2, 0, 0])
})

test('the plan of no stages is empty', () => {
  expect(createPlan([], [])).toMatchObject({ count: 0, cells: [], starts: [] })
})

test(
  'no cycle is found in a graph without a cycle',
  () => {
    fc.assert(
      fc.property(randomGraph(15), (wiring) => {
        expect(findCycles(wiring.map(({ dependencies }) => dependencies))).toEqual([])
      }),
      propertySettings(1_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test('a cycle is given as the stages along it, each one a dependency of the next', () => {
  expect(findCycles([[], [0, 3], [1], [2], [3]])).toEqual([[2, 3, 1]])
  expect(findCycles([[0]])).toEqual([[0]])
})

test('separate cycles are all found, and a stage behind a cycle is in none of them', () => {
  expect(findCycles([[1], [0], [1], [4], [3], []])).toEqual([
    [1, 0],
    [4, 3],
  ])
})

test('the search for cycles ends if two cycles lead into one another', () => {
  const cycles = findCycles([[1, 2], [0], [3], [2, 0]])
  expect(cycles.length).toBeGreaterThan(0)
})

test(
  'in any graph, each cycle found is a cycle, no two share a stage, and one is found if there is one',
  () => {
    const graph = fc
      .integer({ min: 1, max: 12 })
      .chain((count) =>
        fc.array(fc.uniqueArray(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count }),
      )
    fc.assert(
      fc.property(graph, (dependencies) => {
        const cycles = findCycles(dependencies)
        for (const cycle of cycles) {
          cycle.forEach((stage, place) =>
            expect(dependencies[cycle[(place + 1) % cycle.length] as number]).toContain(stage),
          )
          expect(new Set(cycle).size).toBe(cycle.length)
        }
        expect(new Set(cycles.flat()).size).toBe(cycles.flat().length)
        expect(cycles.length > 0).toBe(hasCycle(dependencies))
      }),
      propertySettings(3_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

/** Takes away stages whose dependencies are gone until none is left, or none can go. */
function hasCycle(dependencies: readonly (readonly number[])[]): boolean {
  const left = new Set(dependencies.keys())
  for (let size = -1; size !== left.size;) {
    size = left.size
    for (const stage of left) if (dependencies[stage]?.every((source) => !left.has(source)) === true) left.delete(stage)
  }
  return left.size > 0
}

test('a command holds its operation and any stage, and every state leaves the bit for code that stays free', () => {
  const operations = [START, SKIP, ABORT, END, RESUME, OPERATION]
  for (const operation of operations) {
    const command = commandOf(operation, 1_000_000)
    expect([operationOf(command), stageOf(command)]).toEqual([operation, 1_000_000])
  }
  for (const state of [WAITING, READY, RUNNING, OK, SKIPPED, FAILED, CANCELLED, SUSPENDED, STATE_BITS])
    expect((state | STAYS) & STATE_BITS).toBe(state)
})
