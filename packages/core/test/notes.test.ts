import { expect, test } from 'vitest'
import { Pipeline } from '../src/index.ts'
import type { Interceptor } from '../src/index.ts'

const cyclic: { self?: object } = {}
cyclic.self = cyclic
const throwing = {
  get tokens(): number {
    throw new Error('not counted yet')
  },
}
const toJson = {
  toJSON: () => {
    throw new Error('no JSON today')
  },
}
const UNWRITABLE: readonly (readonly [string, unknown, RegExp])[] = [
  ['a BigInt', 5n, /BigInt/],
  ['a BigInt inside', { usage: { tokens: [5n] } }, /BigInt/],
  ['a function', () => 5, /JSON has nothing for a function/],
  ['a symbol', Symbol('x'), /JSON has nothing for a symbol/],
  ['cyclic', cyclic, /circular/],
  ['cyclic, further down', { a: { b: { c: { d: cyclic } } } }, /circular/],
  ['a throwing getter', throwing, /not counted yet/],
  ['a throwing toJSON', toJson, /no JSON today/],
  ['a throwing toJSON inside', { inner: [toJson] }, /no JSON today/],
  ['a revoked proxy', revoked(), /proxy/],
]
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

test.each(UNWRITABLE)(
  'a note that is %s is refused where it is made, by its key (core/note)',
  async (_, value, why) => {
    const refused: unknown[] = []
    const attempt = (note: (key: never, value: never) => void): void => {
      try {
        note('acme/score' as never, value as never)
      } catch (error) {
        refused.push(error)
      }
    }
    const watch: Interceptor = {
      name: 'watch',
      onCall: () => (context) => void attempt(context.run.note),
      settled: (_record, run) => attempt(run.note),
    }
    const { report } = await new Pipeline('demo')
      .withStage('a', ({ note }) => attempt(note))
      .build({ interceptors: [watch] })
      .run()
    expect(refused).toHaveLength(3)
    for (const error of refused) {
      expect(error).toMatchObject({ code: 'core/note' })
      expect((error as Error).message).toMatch(
        /^The note "acme\/score" must be JSON, such as { inputTokens: 12 }: .+\.$/,
      )
      expect((error as Error).message).toMatch(why)
    }
    expect([report.notes, report.stages['a']?.notes]).toEqual([{}, {}])
    expect(JSON.stringify(report)).not.toContain('acme/score')
  },
)

test('a stage that does not catch it fails with it (core/note)', async () => {
  const result = await new Pipeline('demo')
    .withStage('a', (context) => context.note('usage', { inputTokens: 5n } as never))
    .build()
    .runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/note', stage: 'a' }] })
})

test('whatever JSON can write may be noted, and what it leaves out it may', async () => {
  const notes: readonly unknown[] = [
    5,
    NaN,
    '',
    null,
    undefined,
    true,
    [],
    [1, [2, [3, [4, [5]]]]],
    { a: { b: { c: { d: { e: 1 } } } }, left: undefined, out: () => 1, too: Symbol('x') },
    new Date(0),
    new Map([[1, 2]]),
    Object.assign(Object.create(null), { a: 1 }),
    { toJSON: () => 'text' },
  ]
  const { report } = await new Pipeline('demo')
    .withStage('a', ({ note }) => notes.forEach((value, index) => note(`acme/${index}` as never, value as never)))
    .build()
    .run()
  const written = notes.map((note) => (note === undefined ? note : JSON.parse(JSON.stringify(note))))
  expect(Object.values(report.stages['a']?.notes ?? {})).toEqual(written.with(1, NaN))
  expect(JSON.parse(JSON.stringify(report)).stages.a.notes['acme/8']).toEqual({ a: { b: { c: { d: { e: 1 } } } } })
})

test('a note stays as it was noted: plain data is frozen, other objects are kept as JSON writes them', async () => {
  class Usage {
    total = 1
    toJSON() {
      return { total: this.total }
    }
  }
  const usage = new Usage()
  const tokens = { input: 5 }
  const { report } = await new Pipeline('demo')
    .withStage('a', ({ note }) => {
      note('acme/usage' as never, usage as never)
      note('acme/tokens' as never, { tokens } as never)
    })
    .build()
    .run()
  usage.total = 2
  expect(() => Object.assign(tokens, { input: 6n })).toThrow(TypeError)
  expect(report.stages['a']?.notes).toEqual({ 'acme/usage': { total: 1 }, 'acme/tokens': { tokens: { input: 5 } } })
  expect(() => JSON.stringify(report)).not.toThrow()
})

test('a note that comes too late is dropped as any other, whatever it is', async () => {
  let late: (() => void) | undefined
  const graph = new Pipeline('demo')
    .withStage('a', ({ note }) => void (late = () => note('usage', 5n as never)))
    .build()
  await graph.run()
  expect(() => late?.()).not.toThrow()
})
