import { inflateRawSync } from 'node:zlib'

import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { expect, test } from 'vitest'

import type { DurableRuns } from './index.ts'
import { ask, openRuns } from '../test/open-runs.ts'

const { newPath, open, change } = openRuns()

const LONG = 'a text that is long enough for a reference to be shorter'

/** The result that a caller gets, also in the error of a failed run. */
async function resultAs(promise: Promise<unknown>): Promise<string> {
  const result = await promise.catch((error: unknown) => (error as { readonly result?: unknown }).result)
  expect(result).toBeDefined()
  return JSON.stringify(result)
}

/** What later callers get, in this handle and in those of other processes, and what `get` has. */
async function expectKept(first: string, path: string, durable: DurableRuns, graph: StageGraph<any, any>) {
  const other = open(path)
  for (const handle of [durable, other, open(path)]) {
    expect(await resultAs(handle.run(graph, {}, { runId: 'a' }))).toBe(first)
    expect(JSON.stringify((await handle.get('a'))?.result)).toBe(first)
  }
}

const child = new Pipeline('child')
  .withStage('one', () => ({ text: LONG, list: [LONG, { deep: LONG }] }))
  .withStage('two', ({ inputs }) => inputs.from('one'), { dependencies: ['one'] })

/** Outputs of all kinds. `end`: how it ends. */
function everything(end: (context: any) => unknown) {
  const inner = child.build()
  return new Pipeline('everything')
    .withStage('data', () => ({ text: LONG, same: LONG, list: [{ text: LONG }], mark: '\0' + '1.data', empty: {} }))
    .withStage('passed', ({ inputs }) => inputs.from('data'), { dependencies: ['data'] })
    .withStage('skipped', () => StageOutput.skip(`skipped: ${LONG}`))
    .withStage('unwanted', () => ({}), { when: () => false })
    .withStage('items', () => ({ list: [LONG, undefined, null, [LONG]], [LONG]: LONG }))
    .withMap('map', { over: () => [1, 2, 3], each: (item) => ({ item, text: LONG }) })
    .withMap('children', {
      over: () => [1, 2],
      each: async (_item, { runChild }) => ({ data: (await runChild(inner, {})).data }),
    })
    .withPipeline('kid', child)
    .withStage('ran', async ({ runChild }) => {
      const run = await runChild(inner, {})
      return { status: run.status, data: run.data }
    })
    .withStage('noted', ({ note }) => {
      note('tokens' as never, { used: 5, why: LONG } as never)
      return { text: LONG }
    })
    .withStage('end', end as never, { dependencies: ['passed', 'kid', 'map', 'children', 'ran', 'noted', 'items'] })
    .build() as unknown as StageGraph<any, any>
}

test.each<[what: string, status: string, end: (context: any) => unknown]>([
  ['completed', 'completed', () => ({ text: LONG })],
  ['failed', 'failed', () => StageOutput.fail(new Error(LONG, { cause: new Error(LONG) }))],
  ['cancelled', 'cancelled', () => StageOutput.cancel(LONG)],
  ['waits', 'suspended', () => StageOutput.suspend({ question: LONG }, { state: { text: LONG }, forMs: 1e9 })],
])('the result of a run that %s is read as it was first told, byte for byte', async (_what, status, end) => {
  const path = newPath()
  const durable = open(path)
  const graph = everything(end)
  const first = await resultAs(durable.run(graph, {}, { runId: 'a' }))
  expect(JSON.parse(first)).toMatchObject({ status })
  expect(JSON.parse(first)).toMatchObject({ data: { ran: { data: { one: { text: LONG } } } } })
  await expectKept(first, path, durable, graph)
})

test('the result of a run is the same when its last leg was in another process', async () => {
  const path = newPath()
  const graph = everything(ask)
  const first = open(path)
  await first.run(graph, {}, { runId: 'a' })
  await first.close()
  const second = open(path)
  const result = await resultAs(second.resume(graph, 'a', { end: { answer: LONG } }))
  expect(JSON.parse(result)).toMatchObject({ status: 'completed', data: { end: { answer: { answer: LONG } } } })
  await expectKept(result, path, second, graph)
})

test('a run that ended without its code has its result too', async () => {
  const path = newPath()
  const durable = open(path)
  const graph = everything(ask)
  await durable.run(graph, {}, { runId: 'a' })
  await durable.cancel('a', LONG)
  const first = JSON.stringify((await durable.get('a'))?.result)
  expect(JSON.parse(first)).toMatchObject({ status: 'cancelled', reason: LONG, data: { passed: { text: LONG } } })
  await expectKept(first, path, durable, graph)
})

test('a result stays right when a retry drops facts and gives others a new number', async () => {
  const path = newPath()
  const durable = open(path)
  let failures = 2
  const graph = new Pipeline('p')
    .withStage('early', () => (failures-- > 1 ? StageOutput.fail(new Error('early')) : { text: `early ${LONG}` }))
    .withStage('other', () => ({ text: `other ${LONG}` }))
    .withStage('last', ({ inputs }) => (failures-- > 0 ? StageOutput.fail(new Error('last')) : inputs.from('other')), {
      dependencies: ['early', 'other'],
    })
    .build({ interceptors: [] }) as unknown as StageGraph<any, any>
  const results = [await resultAs(durable.run(graph, {}, { runId: 'a', onStageFailure: 'continue' }))]
  await expectKept(results[0] as string, path, durable, graph)
  for (let again = 1; !results.at(-1)?.includes('"status":"completed","'); again++) {
    expect(again).toBeLessThan(5)
    results.push(await resultAs(durable.retryFailed(graph, 'a')))
    await expectKept(results.at(-1) as string, path, durable, graph)
  }
  expect(JSON.parse(results.at(-1) as string)).toMatchObject({
    data: { early: { text: `early ${LONG}` }, other: { text: `other ${LONG}` }, last: { text: `other ${LONG}` } },
  })
})

test('what the facts of a run have is not kept a second time in its result', async () => {
  const path = newPath()
  const graph = new Pipeline('p').withStage('a', () => ({ text: LONG })).build() as unknown as StageGraph<any, any>
  const first = await resultAs(open(path).run(graph, {}, { runId: 'a' }))
  const [row] = await change(path, 'SELECT result FROM runs')
  const kept = inflateRawSync(row?.['result'] as Uint8Array).toString()
  expect(first).toContain(LONG)
  expect(kept).not.toContain(LONG)
})

test('a stage whose child failed has the own error of the child for every caller, and completes once the child does', async () => {
  let isDown = true
  const failing = new Pipeline('letter')
    .withStage('text', () => ({ text: LONG }))
    .withStage(
      'model',
      () =>
        isDown
          ? StageOutput.fail(new StageflowError('circuit-breaker/open', 'the circuit is open'), {
              retryable: false,
              data: { afterMs: 900 },
            })
          : { said: 'hello' },
      { dependencies: ['text'] },
    )
  const ways = {
    pipeline: new Pipeline('p').withPipeline('outer', failing),
    code: new Pipeline('p').withStage('outer', ({ runChild }) => runChild(failing).orFail()),
  }
  for (const [way, pipeline] of Object.entries(ways)) {
    isDown = true
    const path = newPath()
    const graph = pipeline.build() as unknown as StageGraph<any, any>
    const durable = open(path)
    const refused = await durable.run(graph, {}, { runId: 'a' }).catch((error: unknown) => error)
    expect(refused, way).toMatchObject({
      cause: { code: 'circuit-breaker/open' },
      result: {
        errors: [{ code: 'circuit-breaker/open', stage: 'outer' }],
        outputs: { outer: { retryable: false, ofChild: true, data: { afterMs: 900, text: { text: LONG } } } },
        children: { outer: { status: 'failed', errors: [{ stage: 'model' }] } },
      },
    })
    await expectKept(await resultAs(durable.run(graph, {}, { runId: 'a' })), path, durable, graph)
    isDown = false
    expect(await durable.retryFailed(graph, 'a'), way).toMatchObject({
      data: { outer: { text: { text: LONG }, model: { said: 'hello' } } },
    })
  }
})
