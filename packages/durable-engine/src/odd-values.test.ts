import { Pipeline, StageOutput } from '@stageflow/core'
import type { ErrorRecord, StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
import { openRuns } from '../test/open-runs.ts'
import type { DurableRuns } from './index.ts'

// Texts and numbers that databases keep in ways of their own: each is kept as it is, or refused by name, wherever the runs are.

const { newPath, open } = openRuns()
const path = newPath()
let ids = 0
const newId = (): string => `run ${++ids}`

/** Letters that no database can compress. */
function letters(count: number, seed = 1): string {
  let state = seed
  const next = (): number => (state = (state * 48_271) % 2_147_483_647)
  return Array.from({ length: count }, () => String.fromCodePoint(0x4e00 + (next() % 20_000))).join('')
}
const TEXTS = {
  'a NUL': 'a\0b',
  'an unpaired surrogate': 'a\uD800b',
  'a control character': 'a\u0007b',
  'an escape': String.raw`\u0000 \x00 \\ E'\' ''`,
  '3,000 characters': letters(3_000),
  'a large text': letters(1_000_000),
}
type What = keyof typeof TEXTS
/** By day those that databases differ in. */
const BY_DAY: readonly What[] = ['a NUL', '3,000 characters', 'a large text']
const names = isHeavy ? (Object.keys(TEXTS) as readonly What[]) : BY_DAY
const ask = ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('?') : { got: resumed.answer })
const asking = new Pipeline('p').withStage('a', ask).build()
const quick = new Pipeline('p').withStage('a', () => ({})).build()

/** What is tried with a large text too. */
const LARGE = new Set(['an input', 'an output', 'an answer'])
const dataOf = async (runs: DurableRuns, runId: string): Promise<Record<string, unknown> | undefined> => {
  const { data } = ((await runs.get(runId))?.result ?? {}) as {
    readonly data?: { readonly a: Record<string, unknown> }
  }
  return data?.a
}
const errorOf = async (runs: DurableRuns, runId: string): Promise<ErrorRecord | undefined> =>
  ((await runs.get(runId))?.result as { readonly errors?: readonly ErrorRecord[] }).errors?.[0]
/** What is kept as JSON. Each function returns the text as the journal gives it back. */
const KEPT: Readonly<Record<string, (runs: DurableRuns, text: string, runId: string) => Promise<unknown>>> = {
  'an input': async (runs, text, runId) => {
    await runs.run(quick, { inputText: text }, { runId })
    return ((await runs.get(runId))?.input as { readonly inputText?: unknown } | undefined)?.inputText
  },
  'an output': async (runs, text, runId) => {
    const graph = new Pipeline('p').withStage('a', () => ({ text })).build()
    await runs.run(graph, {}, { runId })
    return (await dataOf(runs, runId))?.['text']
  },
  'a key of an output': async (runs, text, runId) => {
    const graph = new Pipeline('p').withStage('a', () => ({ [text]: 1 })).build()
    await runs.run(graph, {}, { runId })
    return Object.keys((await dataOf(runs, runId)) ?? {})[0]
  },
  'a question': async (runs, text, runId) => {
    const graph = new Pipeline('p').withStage('a', () => StageOutput.suspend(text)).build()
    await runs.run(graph, {}, { runId })
    return (await runs.get(runId))?.requests[0]?.request
  },
  'an answer': async (runs, text, runId) => {
    await runs.run(asking, {}, { runId })
    await runs.resume(asking, runId, { a: text })
    return (await dataOf(runs, runId))?.['got']
  },
  'a reason': async (runs, text, runId) => {
    await runs.run(asking, {}, { runId })
    await runs.cancel(runId, text)
    return ((await runs.get(runId))?.result as { readonly reason?: unknown }).reason
  },
  'the message of an error': async (runs, text, runId) => {
    const graph = new Pipeline('p').withStage('a', () => Promise.reject(new Error(text))).build()
    await runs.run(graph, {}, { runId }).catch(() => {})
    return (await errorOf(runs, runId))?.message
  },
}
test.each(
  Object.keys(KEPT)
    .flatMap((place) => names.map((what) => [place, what] as const))
    .filter(([place, what]) => what !== 'a large text' || LARGE.has(place)),
)('%s with %s is kept as it is', async (place, what) => {
  const kept = await KEPT[place]?.(open(path), TEXTS[what], newId())
  // Without the texts in the message of a failure.
  expect(kept === TEXTS[what]).toBe(true)
})

/** What runs are found by, and who has acted. */
const FOUND_BY: Readonly<Record<string, (runs: DurableRuns, text: string) => Promise<unknown>>> = {
  'the id of a run': async (runs, text) => runs.run(quick, {}, { runId: text }),
  'the id of a run that is read': async (runs, text) => runs.get(text),
  'the id of a user': async (runs, text) => runs.run(quick, { userId: text }, { runId: newId() }),
  'the id of an organization': async (runs, text) => runs.run(quick, { orgId: text }, { runId: newId() }),
  'the name of a pipeline': async (runs, text) =>
    runs.run(new Pipeline(text).withStage('a', () => ({})).build(), {}, { runId: newId() }),
  'the user of a list': async (runs, text) => runs.list({ userId: text }),
  'the organization of a list': async (runs, text) => runs.list({ orgId: text }),
  'the pipeline of a list': async (runs, text) => runs.list({ pipeline: text }),
  'the run that a list follows': async (runs, text) => runs.list({ after: text }),
  'the name of a schedule': async (runs, text) => runs.schedule(text, { cron: '0 9 * * *', graph: quick }),
  'the name of a part of the app': async (runs, text) => runs.as(text),
  'the user of a schedule': async (runs, text) =>
    runs.as('x').schedule('daily', { cron: '0 9 * * *', graph: quick, who: { userId: text } }),
}
const REFUSED = names.filter((what) => what !== 'an escape' && what !== 'a large text')
// Two users whose ids a file would keep alike.
if (!isHeavy) REFUSED.push('an unpaired surrogate')
test.each(Object.keys(FOUND_BY).flatMap((place) => REFUSED.map((what) => [place, what] as const)))(
  '%s with %s is refused by name, and no run is begun',
  async (place, what) => {
    const runs = open(path)
    const before = await runs.list({ limit: 10_000 })
    const error = await FOUND_BY[place]?.(runs, TEXTS[what]).then(
      () => undefined,
      (thrown: unknown) => thrown as { readonly code: string; readonly message: string },
    )
    expect(error?.code).toBe('durable-engine/illegal-option')
    expect(error?.message).toMatch(/pass a string of (1 to|at most) (512|256) characters without control characters/)
    expect(error?.message.length).toBeLessThan(500)
    expect(await runs.list({ limit: 10_000 })).toEqual(before)
  },
)
test.each([TEXTS['an escape'], letters(512), `it's "quoted" 😀`])('runs are found by ids with %j', async (text) => {
  const runs = open(path)
  const graph = new Pipeline(text).withStage('a', () => ({})).build()
  await runs.run(graph, { userId: text, orgId: text }, { runId: text })
  const found = [{ runId: text, userId: text, orgId: text, pipeline: text }]
  expect(await runs.list({ userId: text, orgId: text, pipeline: text })).toMatchObject(found)
  expect(await runs.get(text)).toMatchObject({ runId: text, status: 'completed' })
})

test.each([TEXTS['an escape'], letters(512), `it's "quoted" 😀`])(
  'who answered by the name %j is kept as it is',
  async (text) => {
    const runs = open(path)
    const runId = newId()
    await runs.run(asking, {}, { runId })
    await runs.as(text).answer(runId, { a: 1 })
    await runs.run(asking, {}, { runId })
    const { timeline = [] } = (await runs.get(runId)) ?? {}
    expect(timeline.flatMap((one) => ('by' in one && one.by !== undefined ? [one.by.system] : []))).toContain(text)
  },
)

test('a stage deep in child pipelines, whose path is longer than an index takes, gets answers that come early and in time', async () => {
  const runs = open(path)
  const r = newId()
  const nested = Array.from({ length: 5 }, (_, depth) => letters(200, depth + 1))
  let pipeline: Pipeline<any, any> = new Pipeline('leaf').withStage('first', ask).withStage('second', ask, {
    dependencies: ['first'],
  })
  for (const name of nested) pipeline = new Pipeline('nested').withPipeline(name as 'a', pipeline)
  const graph = pipeline.build()
  const answers = (stage: string, answer: string): Record<string, unknown> =>
    nested.reduce<Record<string, unknown>>((inner, name) => ({ [name]: inner }), { [stage]: answer })
  await runs.run(graph, {}, { runId: r })
  await runs.answer(graph, r, answers('second', 'early') as never)
  await expect(runs.answer(graph, r, answers('second', 'twice') as never)).rejects.toMatchObject({
    code: 'durable-engine/not-waiting',
  })
  await runs.answer(graph, r, answers('first', 'in time') as never)
  await expect(runs.answer(graph, r, answers('first', 'twice') as never)).rejects.toMatchObject({
    code: 'durable-engine/not-waiting',
  })
  expect((await runs.run(graph, {}, { runId: r })).status).toBe('completed')
})

test.each([2 ** 53 + 2, 1e300, -0.1, 5e-324, 1.7976931348623157e308, 2 ** 63])(
  'the number %d is kept as it is',
  async (n) => {
    const runs = open(path)
    const [r, s] = [newId(), newId()]
    await runs.run(asking, { metadata: { n } }, { runId: r })
    expect((await runs.resume(asking, r, { a: n })).data).toEqual({ a: { got: n } })
    expect((await runs.get(r))?.input).toMatchObject({ metadata: { n } })
    const graph = new Pipeline('p').withStage('a', () => ({ n })).build()
    await runs.run(graph, {}, { runId: s })
    expect((await runs.run(graph, {}, { runId: s })).data).toEqual({ a: { n } })
  },
)

test.each<[what: string, value: unknown]>([
  ['a bigint', 2n ** 53n],
  ['NaN', Number.NaN],
  ['infinity', Infinity],
  ['a date', new Date(0)],
])('%s is refused by name, as an input, an answer and an output', async (_what, value) => {
  const runs = open(path)
  const [r, s] = [newId(), newId()]
  const notJson = { code: 'durable-engine/not-json' }
  await expect(runs.run(asking, { metadata: { value } }, { runId: r })).rejects.toMatchObject(notJson)
  await runs.run(asking, {}, { runId: r })
  await expect(runs.answer(asking, r, { a: value })).rejects.toMatchObject(notJson)
  const graph = new Pipeline('p').withStage('a', () => ({ value })).build()
  await expect(runs.run(graph, {}, { runId: s })).rejects.toMatchObject({ code: 'core/pipeline-failed' })
  expect(await errorOf(runs, s)).toMatchObject({ code: 'core/not-json' })
})
