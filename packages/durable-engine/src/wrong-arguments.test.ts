import { Pipeline, StageOutput } from '@stageflow/core'
import { afterAll, describe, expect, test } from 'vitest'

import { newPlace } from '../test/place.ts'

const place = newPlace()
const durable = place.open(place.newPath(), {})
afterAll(async () => {
  await durable.close()
  await place.close()
})
const graph = new Pipeline('asks')
  .withStage('q', ({ resumed }) =>
    resumed === undefined ? StageOutput.suspend('why?') : { answer: resumed.answer as string },
  )
  .build()
const other = new Pipeline('other').withStage('a', () => ({})).build()

/** Calls a method with arguments that the compiler refuses. */
const wrongly = durable as unknown as Readonly<
  Record<
    'run' | 'resume' | 'recover' | 'cancel' | 'interrupt' | 'get' | 'list' | 'close',
    (...args: unknown[]) => Promise<unknown>
  >
>
const refusal = (code: string, part = ''): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(part) as string })

describe('wrong arguments are refused by name, and nothing is kept', () => {
  test.each([undefined, null, '', 7, {}, 'x'.repeat(513), '\ud800'])('the run id %j', async (runId) => {
    const refused = refusal('durable-engine/illegal-option', 'pass a string of 1 to 512 characters')
    await expect(wrongly.run(graph, {}, { runId })).rejects.toEqual(refused)
    await expect(wrongly.resume(graph, runId, { q: 1 })).rejects.toEqual(refused)
    await expect(wrongly.cancel(runId, 'why')).rejects.toEqual(refused)
    await expect(wrongly.interrupt(runId, 'why')).rejects.toEqual(refused)
    await expect(wrongly.get(runId)).rejects.toEqual(refused)
  })

  test.each([undefined, null])('%j as the options of run()', async (options) => {
    await expect(wrongly.run(graph, {}, options)).rejects.toEqual(refusal('durable-engine/illegal-option', 'runId'))
  })

  test.each([undefined, null, {}, new Pipeline('asks')])('%j as the graph', async (given) => {
    const refused = refusal(
      'core/not-a-pipeline',
      '(): the graph must be what build() returned, such as pipeline.build(), not ',
    )
    await expect(wrongly.run(given, {}, { runId: 'no graph' })).rejects.toEqual(refused)
    await expect(wrongly.resume(given, 'no graph', { q: 1 })).rejects.toEqual(refused)
    await expect(wrongly.recover(given)).rejects.toEqual(refused)
  })

  test.each<object>([{ timeoutMs: 'x' }, { timeoutMs: 5n }, { maxConcurrency: Infinity - Infinity }, { unknown: 1 }])(
    'the run option %o: the id can be used again',
    async (options) => {
      const refused = refusal('core/illegal-option', Object.keys(options)[0])
      await expect(wrongly.run(graph, {}, { runId: 'again', ...options })).rejects.toEqual(refused)
      expect(await durable.get('again')).toBeUndefined()
    },
  )

  test('the graph or an option of resume(): the question can still be answered', async () => {
    await durable.run(graph, {}, { runId: 'waits' })
    await expect(wrongly.resume(other, 'waits', { q: 'x' })).rejects.toEqual(refusal('durable-engine/changed-graph'))
    await expect(wrongly.resume(graph, 'waits', { q: 'x' }, { signal: 5 })).rejects.toEqual(
      refusal('core/illegal-option'),
    )
    const { data } = await durable.resume(graph, 'waits', { q: 'because' })
    expect(data.q).toEqual({ answer: 'because' })
  })

  test('an option of recover(): no run is blocked', async () => {
    await expect(wrongly.recover(graph, { unknown: 1 })).rejects.toEqual(refusal('core/illegal-option', 'unknown'))
    expect(await durable.list({ status: 'blocked' })).toEqual([])
  })

  test.each([undefined, null, '', 5, {}])('%j as the reason of cancel() and interrupt()', async (reason) => {
    if ((await durable.get('goes on')) === undefined) await durable.run(graph, {}, { runId: 'goes on' })
    const refused = (method: string) => refusal('durable-engine/illegal-option', `${method}() was given the reason`)
    await expect(wrongly.cancel('goes on', reason)).rejects.toEqual(refused('cancel'))
    await expect(wrongly.interrupt('goes on', reason)).rejects.toEqual(refused('interrupt'))
    expect((await durable.get('goes on'))?.status).toBe('suspended')
  })

  test.each([null, { timeoutMs: 'x' }, { timeoutMs: -1 }, { timeout: 5 }])('%j for close()', async (options) => {
    await expect(wrongly.close(options)).rejects.toEqual(refusal('durable-engine/illegal-option', 'close()'))
    expect(await durable.list({ limit: 1 })).toHaveLength(1)
  })
})

test('an option of the first leg that a later leg passes does not count', async () => {
  const ask = StageOutput.suspend('why?')
  const fails = new Pipeline('fails')
    .withStage('q', ({ resumed }) => {
      if (resumed === undefined) return ask
      throw new Error('no luck')
    })
    .withStage('p', ({ resumed }) => (resumed === undefined ? ask : { answered: true }))
    .withStage('later', () => ({ done: true }), { dependencies: ['p'] })
    .build()
  await durable.run(fails, {}, { runId: 'policy' })
  const shared: object = { onStageFailure: 'continue' }
  await expect(durable.resume(fails, 'policy', { q: 1, p: 1 }, shared)).rejects.toThrow('no luck')
  expect((await durable.get('policy'))?.result?.data).not.toHaveProperty('later')
})

describe('an answer that cannot be read is refused by name, and the question stays open', () => {
  const refuse = (): never => {
    throw new Error('boom')
  }
  const hostile: readonly (readonly [what: string, answers: () => object])[] = [
    [
      'a getter that throws',
      () => ({
        get q() {
          return refuse()
        },
      }),
    ],
    [
      'a getter inside',
      () => ({
        q: {
          get deep() {
            return refuse()
          },
        },
      }),
    ],
    ['a proxy', () => ({ q: new Proxy({}, { ownKeys: refuse }) })],
    ['answers that are a proxy', () => new Proxy({}, { ownKeys: refuse })],
    ['a toJSON that throws', () => ({ q: { toJSON: refuse } })],
    [
      'a getter that throws the second time',
      () => {
        let reads = 0
        return {
          q: {
            get deep() {
              return reads++ > 0 ? refuse() : 1
            },
          },
        }
      },
    ],
  ]
  test.each(hostile)('%s', async (what, answers) => {
    const runId = `unreadable: ${what}`
    await durable.run(graph, {}, { runId })
    const system = durable.as('test')
    for (const answer of [
      () => durable.resume(graph, runId, answers() as never),
      () => durable.answer(graph, runId, answers() as never),
      () => system.resume(graph, runId, answers() as never),
      () => system.answer(runId, answers()),
    ])
      await expect(answer()).rejects.toMatchObject({ code: 'durable-engine/not-json' })
    expect((await durable.get(runId))?.requests).toHaveLength(1)
    expect((await durable.resume(graph, runId, { q: 'yes' })).status).toBe('completed')
  })
})

test('a message that quotes another one has no second full stop', async () => {
  const answerSchema = {
    '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [{ message: 'must be yes.' }] }) },
  }
  const strict = new Pipeline('strict').withStage('q', () => StageOutput.suspend('why?'), { answerSchema }).build()
  await durable.run(strict, {}, { runId: 'stops' })
  const refuse = (): never => {
    throw new Error('boom.')
  }
  const unreadable = {
    get q() {
      return refuse()
    },
  }
  const options = {
    get signal() {
      return refuse()
    },
  }
  for (const asked of [
    () => durable.answer(strict, 'stops', { q: 1 } as never),
    () => durable.answer(strict, 'stops', unreadable as never),
    () => durable.as('x').answer('stops', { q: { toJSON: refuse } }),
    () => wrongly.list(options),
    () => wrongly.run(strict, {}, { runId: 'other', unknown: 1 }),
    () => durable.run(strict, { metadata: { deep: { toJSON: refuse } } } as never, { runId: 'other' }),
  ]) {
    const { message } = (await asked().catch((thrown: unknown) => thrown)) as Error
    expect(message).not.toMatch(/\.\.(?!\.)/)
    expect(message).toMatch(/\.$/)
  }
})
