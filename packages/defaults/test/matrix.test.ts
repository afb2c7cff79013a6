import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Interceptor } from '@stageflow/core'
import { describe, expect, test } from 'vitest'
import { isHeavy } from '../../core/test/property-settings.ts'
import { getDefaultInterceptors } from '../src/index.ts'
import { BROKEN_TWINS, SOUND_TWINS } from './broken-twins.ts'
import { agreementProblems, matrixProblems } from './matrix-check.ts'
import { ORDER, createKit } from './matrix-kit.ts'
import type { Name } from './matrix-kit.ts'
import { TABLE } from './matrix-table.ts'

const PAIRS = ORDER.flatMap((outer, place) => ORDER.slice(place + 1).map((inner): [Name, Name] => [outer, inner]))
const WITHOUT_RETRY = ORDER.filter((name) => name !== 'retry')
const DEFAULTS = ORDER.filter((name) => name !== 'auth' && name !== 'retry')

test('the matrix has the order of the defaults', () => {
  expect(getDefaultInterceptors({ logging: false }).map(({ name }) => name)).toEqual(
    DEFAULTS.filter((name) => name !== 'logging'),
  )
})

/** By default each pair meets a sixth of the rows, and each row a sixth of the pairs. */
const PART = isHeavy ? 1 : 6
const RUNS = isHeavy ? 1_000 : 250
const rowsOf = (pair: [Name, Name]) => TABLE.filter((_, row) => (row + PAIRS.indexOf(pair)) % PART === 0)

/** The engine calls a wrapped stage in another way than an unwrapped one. */
const WAYS: readonly (readonly [how: string, beside: readonly Interceptor[]])[] = [
  ['alone', []],
  ['beside one that wraps every stage', [{ name: 'passing', wrap: (next) => (context) => next(context) }]],
]

describe.each(WAYS)('%s', (_, beside) => {
  test.each(PAIRS.map((pair) => ({ pair, name: pair.join(' around ') })))(
    '$name: every stage ends as the table says, and all observers agree',
    async ({ pair }) => {
      expect(await matrixProblems(pair, {}, beside, rowsOf(pair))).toEqual([])
    },
  )

  test.each(ORDER)('%s: every stage ends as the table says, and all observers agree', async (name) => {
    expect(await matrixProblems([name], {}, beside)).toEqual([])
  })

  test.each([
    ['the default set', DEFAULTS],
    ['the default set with auth in front', WITHOUT_RETRY],
    ['the default set with auth and retry', ORDER],
    ['none', []],
  ])('%s: every stage ends as the table says, and all observers agree', async (__, names) => {
    expect(await matrixProblems(names, {}, beside)).toEqual([])
  })

  test.each([
    ['the default set', DEFAULTS],
    ['the default set with auth and retry', ORDER],
  ])('%s with a timeout and a breaker of a third party: every stage ends as the table says', async (__, names) => {
    expect(await matrixProblems(names, SOUND_TWINS, beside)).toEqual([])
  })
})

test.each(BROKEN_TWINS)('the matrix finds $does', async ({ twins, found }) => {
  const problems = await matrixProblems(ORDER, twins)
  expect(problems.filter((problem) => found.test(problem))).not.toEqual([])
})

const BARE_TWINS = BROKEN_TWINS.filter(({ twins }) =>
  Object.values(twins).every((make) => make(createKit([])).wrap === undefined),
)
test.each(BARE_TWINS)('without wrapped stages the matrix finds $does', async ({ twins, found }) => {
  const problems = await matrixProblems(WITHOUT_RETRY, twins)
  expect(problems.filter((problem) => found.test(problem))).not.toEqual([])
})

test.each([
  ['the default set with auth', WITHOUT_RETRY],
  ['the default set with auth and retry', ORDER],
])(`${RUNS} runs at once share %s: all observers agree, and nothing is left`, async (_, names) => {
  const kit = createKit(names)
  const rows = TABLE.filter(({ stage }) => !/^(has failed|has hung|did|shares|failed at)/.test(stage))
  const results = await Promise.all(
    Array.from({ length: RUNS }, async (__, run) => (rows[run % rows.length] as (typeof rows)[number]).scenario(kit)),
  )
  expect(results).toHaveLength(RUNS)
  expect(await agreementProblems(kit, names, results.flat())).toEqual([])
})

test.each([
  ['the default set with auth and retry', ORDER],
  ...ORDER.map((name): [string, readonly Name[]] => [`${name} alone`, [name]]),
])(
  '%s keeps nothing of a run that has ended, however its stages did, and no listener on its signal',
  async (_, names) => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const runs: { readonly stage: string; readonly run: WeakRef<object> }[] = []
    const caller = new AbortController()
    const kit = createKit(names)
    let stage = ''
    const watch: Interceptor = {
      name: 'watch',
      onRun(run) {
        runs.push({ stage, run: new WeakRef(run) })
        return undefined
      },
    }
    const shared = {
      ...kit,
      options: { ...kit.options, signal: caller.signal },
      interceptors: [...kit.interceptors, watch],
    }
    for (const row of TABLE) {
      stage = row.stage
      await row.scenario(shared)
    }
    const kept = runs.length
    // More runs, because the stack and core may still hold the last ones.
    for (const { scenario } of TABLE.slice(0, 10)) await scenario(shared)
    await kit.clock.runAll()
    // A run that is only on a stack is collected a turn later. A run that is kept stays.
    const alive = () => runs.slice(0, kept).filter(({ run }) => run.deref() !== undefined)
    for (let turn = 0; turn < 20 && alive().length > 0; turn++) {
      await new Promise((resolve) => void setImmediate(resolve))
      collectGarbage()
    }
    expect(alive().map((run) => run.stage)).toEqual([])
    expect(kept).toBeGreaterThan(TABLE.length)
    expect(getEventListeners(caller.signal, 'abort')).toEqual([])
  },
)
