import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { defineStage, Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

/** What a stage that depends on two others reads, or the error that reading throws. */
async function reading(read: (inputs: StageContext['inputs']) => unknown): Promise<unknown> {
  const graph = new Pipeline('demo')
    .withStage('profile', () => ({ name: 'Ada', age: 36, nothing: undefined }))
    .withStage('memory', () => ({ facts: ['likes tea'], age: 37 }))
    .withStage('empty', () => StageOutput.skip('nobody asked'))
    .withStage('unrelated', () => ({ secret: 1 }))
    .withStage('reader', (context) => ({ read: read(context.inputs as never) }), {
      dependencies: ['profile', 'memory', 'empty'],
    })
    .build({ clock })
  const result = await graph.runSettled()
  return result.status === 'failed' ? result.errors[0] : result.data.reader?.read
}

test('from returns the data of a dependency, or undefined if it has no data', async () => {
  expect(await reading((inputs) => inputs.from('profile').name)).toBe('Ada')
  expect(await reading((inputs) => inputs.from('empty') ?? 'none')).toBe('none')
})

test('status returns how a dependency had settled', async () => {
  expect(await reading((inputs) => [inputs.status('profile'), inputs.status('empty')])).toEqual(['ok', 'skip'])
})

test('getFrom returns the value of one key, otherwise the fallback, otherwise undefined', async () => {
  expect(
    await reading((inputs) => [
      inputs.getFrom('profile', 'name'),
      inputs.getFrom('profile', 'height', 170),
      inputs.getFrom('empty', 'x', 'y'),
      inputs.getFrom('empty', 'x'),
    ]),
  ).toEqual(['Ada', 170, 'y', undefined])
  expect(await reading((inputs) => inputs.getFrom('profile', 'nothing', 'fallback'))).toBe(undefined)
})

test('case 12: the error of requireFrom for a missing key names the stages, the key, and the keys that exist (core/missing-input)', async () => {
  expect(await reading((inputs) => inputs.requireFrom('profile', 'name'))).toBe('Ada')
  expect(await reading((inputs) => inputs.requireFrom('profile', 'height'))).toMatchObject({
    code: 'core/missing-input',
    stage: 'reader',
    message:
      'Stage "reader" requires "height" of "profile", but it gave "name", "age", "nothing". Return it there, or use getFrom with a fallback.',
  })
  expect(await reading((inputs) => inputs.requireFrom('empty', 'x'))).toMatchObject({
    code: 'core/missing-input',
    message: expect.stringContaining('it has no data (its status is skip)'),
  })
})

test('get returns the value of the one dependency that has the key', async () => {
  expect(
    await reading((inputs) => [
      inputs.get('name'),
      inputs.get('facts'),
      inputs.get('height', 170),
      inputs.get('height'),
    ]),
  ).toEqual(['Ada', ['likes tea'], 170, undefined])
})

test('case 12: get of a key that two dependencies produce is an error, never a race (core/ambiguous-input)', async () => {
  expect(await reading((inputs) => inputs.get('age', 0))).toMatchObject({
    code: 'core/ambiguous-input',
    message:
      'Stage "reader" reads "age", which both "profile" and "memory" may return. Name one: inputs.getFrom(\'profile\', "age").',
  })
})

test('case 12: the error for reading an undeclared stage names the declared ones and the fix (core/undeclared-input)', async () => {
  const undeclared = {
    code: 'core/undeclared-input',
    message:
      'Stage "reader" reads "unrelated" without depending on it; it declares "profile", "memory", "empty". Add it: { dependencies: ["unrelated"] }.',
  }
  const reads: ((inputs: StageContext['inputs']) => unknown)[] = [
    (inputs) => inputs.from('unrelated'),
    (inputs) => inputs.getFrom('unrelated', 'secret', 0),
    (inputs) => inputs.requireFrom('unrelated', 'secret'),
    (inputs) => inputs.status('unrelated'),
  ]
  for (const read of reads) expect(await reading(read)).toMatchObject(undeclared)
  const alone = new Pipeline('demo')
    .withStage('alone', (context: StageContext) => ({ x: context.inputs.from('elsewhere') }))
    .build({ clock })
  expect(await alone.runSettled()).toMatchObject({
    errors: [{ code: 'core/undeclared-input', message: expect.stringContaining('it declares no dependencies') }],
  })
})

test("a key that an object inherits from its prototype isn't an input", async () => {
  expect(
    await reading((inputs) => [
      inputs.get('toString'),
      inputs.getFrom('profile', 'constructor'),
      inputs.getFrom('profile', '__proto__'),
    ]),
  ).toEqual([undefined, undefined, undefined])
  expect(await reading((inputs) => inputs.from('toString'))).toMatchObject({ code: 'core/undeclared-input' })
})

test('toJSON returns the data of every dependency by its name', async () => {
  expect(await reading((inputs) => JSON.stringify(inputs))).toBe(
    '{"profile":{"name":"Ada","age":36},"memory":{"facts":["likes tea"],"age":37}}',
  )
})

test('case 20: the inputs that a stage reads are frozen', async () => {
  expect(await reading((inputs) => (inputs.from('memory').facts as string[]).push('changed'))).toMatchObject({
    code: 'core/stage-failed',
    message: expect.stringContaining('not extensible'),
  })
  expect(
    await reading((inputs) => {
      inputs.from('profile').name = 'Eve'
    }),
  ).toMatchObject({ message: expect.stringContaining('read only') })
})

test('a stage with very many dependencies can read each of them', async () => {
  const sources = Array.from({ length: 200 }, (_, index) => defineStage({ name: `s${index}`, run: () => ({ index }) }))
  const reader = defineStage({
    name: 'reader',
    after: Object.fromEntries(sources.map((source) => [source.name, source])),
    run: ({ inputs }) => ({
      sum: sources.toReversed().reduce((sum, { name }) => sum + (inputs.from(name)?.index ?? 0), 0),
      last: inputs.status('s199'),
    }),
  })
  const { data } = await Pipeline.from('demo', [...sources, reader])
    .build({ clock })
    .run()
  expect(data.reader).toEqual({ sum: 19_900, last: 'ok' })
})

test('a stage value reads its dependencies under the names in `after`', async () => {
  const profile = defineStage({ name: 'profile/v2', run: () => ({ name: 'Ada' }) })
  const greet = defineStage({
    name: 'greet',
    after: { who: profile },
    run: (context) => ({ text: `Hello, ${context.inputs.from('who').name}` }),
  })
  const wrong = defineStage({
    name: 'wrong',
    after: { who: profile },
    run: (context) => ({ text: context.inputs.from('profile/v2' as never) }),
  })
  expect((await Pipeline.from('demo', [greet, profile]).build({ clock }).run()).data.greet).toEqual({
    text: 'Hello, Ada',
  })
  expect(await Pipeline.from('demo', [wrong, profile]).build({ clock }).runSettled()).toMatchObject({
    errors: [{ code: 'core/undeclared-input', message: expect.stringContaining('it declares "who"') }],
  })
})

test('the message of an undeclared read lists a dozen of the declared stages', async () => {
  const sources = Array.from({ length: 20 }, (_, index) => defineStage({ name: `s${index}`, run: () => ({ index }) }))
  const reader = defineStage({
    name: 'reader',
    after: Object.fromEntries(sources.map((source) => [source.name, source])),
    run: ({ inputs }) => ({ x: inputs.from('elsewhere') }),
  })
  const result = await Pipeline.from('demo', [...sources, reader])
    .build({ clock })
    .runSettled()
  expect(result).toMatchObject({
    errors: [{ code: 'core/undeclared-input', message: expect.stringContaining('"s11" and 8 more') }],
  })
})

test('get of a key that a dependency may still produce throws, because it would be a race (core/ambiguous-input)', async () => {
  const fast = (): object => ({ text: 'fast' })
  const graph = new Pipeline()
    .withStage('fast', fast)
    .withStage('slow', async (context) => {
      await context.clock.sleep(10)
      return { text: 'slow' }
    })
    .withStage('first', ({ inputs }) => ({ text: (inputs as { get(key: string): unknown }).get('text') }), {
      dependencies: ['fast', 'slow'],
      join: 'any',
    })
    .build({ clock })
  const settled = graph.runSettled()
  await clock.advance(10)
  expect(await settled).toMatchObject({ errors: [{ code: 'core/ambiguous-input', stage: 'first' }] })
})

test('the functions of the inputs can be destructured, like those of the context', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', () => ({ n: 1 }))
    .withStage(
      'b',
      ({ inputs: { from, get, getFrom, requireFrom, status } }) => ({
        all: [from('a'), get('n'), getFrom('a', 'n'), requireFrom('a', 'n'), status('a')],
      }),
      { dependencies: ['a'] },
    )
    .build({ clock })
  expect((await graph.run()).data.b).toEqual({ all: [{ n: 1 }, 1, 1, 1, 'ok'] })
})

test('a key is ambiguous if a suspended dependency may still return it (core/ambiguous-input)', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', async (context) => {
      await context.clock.sleep(10)
      return { k: 1 }
    })
    .withStage('b', () => StageOutput.suspend('?'))
    .withStage('c', ({ inputs }) => ({ got: inputs.get('k' as never) as unknown, b: inputs.status('b') }), {
      dependencies: ['a', 'b'],
      join: 'any',
    })
    .build({ clock })
  const settled = graph.runSettled()
  await clock.advance(10)
  expect((await settled).report.stages['c']?.error).toMatchObject({ code: 'core/ambiguous-input' })
})
