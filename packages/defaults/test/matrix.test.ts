import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Interceptor } from '@stageflow/core'
import { expect, test } from 'vitest'
import { getDefaultInterceptors } from '../src/index.ts'
import { BROKEN_TWINS } from './broken-twins.ts'
import { agreementProblems, matrixProblems } from './matrix-check.ts'
import { ORDER, createKit } from './matrix-kit.ts'
import type { Name } from './matrix-kit.ts'
import { TABLE } from './matrix-table.ts'

const PAIRS = ORDER.flatMap((outer, place) => ORDER.slice(place + 1).map((inner): [Name, Name] => [outer, inner]))
const DEFAULTS = ORDER.filter((name) => name !== 'auth' && name !== 'retry')

test('the order is that of the defaults', () => {
  expect(getDefaultInterceptors({ logging: false }).map(({ name }) => name)).toEqual(
    DEFAULTS.filter((name) => name !== 'logging'),
  )
})

test.each(PAIRS)('%s around %s: every stage ends as the table says, and all that watch it agree', async (...pair) => {
  expect(await matrixProblems(pair)).toEqual([])
})

test.each(ORDER)('%s alone: every stage ends as the table says, and all that watch it agree', async (name) => {
  expect(await matrixProblems([name])).toEqual([])
})

test.each([
  ['the default set', DEFAULTS],
  ['the default set with auth in front', ORDER.filter((name) => name !== 'retry')],
  ['the default set with auth and retry', ORDER],
  ['none', []],
])('%s: every stage ends as the table says, and all that watch it agree', async (_, names) => {
  expect(await matrixProblems(names)).toEqual([])
})

test.each(BROKEN_TWINS)('the matrix finds $does', async ({ twins, found }) => {
  const problems = await matrixProblems(ORDER, twins)
  expect(problems.filter((problem) => found.test(problem))).not.toEqual([])
})

test('a thousand runs at once share the interceptors: all that watch them agree, and nothing is left', async () => {
  const kit = createKit(ORDER)
  const rows = TABLE.filter(({ stage }) => !/^(has failed|did|shares|failed at)/.test(stage))
  const results = await Promise.all(
    Array.from({ length: 1_000 }, async (_, run) => (rows[run % rows.length] as (typeof rows)[number]).scenario(kit)),
  )
  expect(results).toHaveLength(1_000)
  expect(await agreementProblems(kit, ORDER, results.flat())).toEqual([])
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
    const watch: Interceptor = { name: 'watch', runStarted: (run) => void runs.push({ stage, run: new WeakRef(run) }) }
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
    // More of them, for what the last ones left on the stack, and for what core remembers of its last call.
    for (const { scenario } of TABLE.slice(0, 10)) await scenario(shared)
    await kit.clock.runAll()
    // What is only still on some stack is gone a turn later; what is kept stays, however often one looks.
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
