import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import {
  checkLeg,
  checkedAnswers,
  demandsOf,
  fingerprintOf,
  incompatibilities,
  openRequests,
  progressOf,
  resumeRun,
} from '@stageflow/core/durable'
import type { GraphFingerprint, SuspendedRun } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

// Questions of the items of maps, by the keys of the items: in process, in fingerprints and in schemas.

const read = (run: unknown): SuspendedRun => JSON.parse(JSON.stringify(run)) as SuspendedRun

const isYes = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => (value === 'yes' ? { value: true } : { issues: [{ message: 'say yes' }] }),
  },
}

interface Shape {
  letters?: readonly string[]
  key?: (letter: string) => string
  calls?: string[]
  check?: object
  more?: boolean
  interceptors?: readonly Interceptor[]
}

/** A map whose items draft a letter, and ask whether it is right if its name has a question mark. */
function pipelines({
  letters = ['a', 'b?', 'c?'],
  key,
  calls = [],
  check,
  more = false,
  interceptors = [],
}: Shape = {}) {
  const nameOf = ({ snapshot }: StageContext): string => snapshot.inputText as string
  let letter = new Pipeline('letter')
    .withStage('draft', (context) => {
      calls.push(`draft ${nameOf(context)}`)
      return { text: nameOf(context) }
    })
    .withStage(
      'check',
      (context) => {
        const { resumed } = context
        calls.push(`check ${nameOf(context)}${resumed === undefined ? '' : '!'}`)
        const asks = nameOf(context).endsWith('?') && resumed === undefined
        return asks ? StageOutput.suspend('right?') : { answer: resumed?.answer ?? 'none' }
      },
      StageKind.TRANSFORM,
      { dependencies: ['draft'], ...check },
    )
  if (more) letter = letter.withStage('more', () => ({})) as never
  return new Pipeline('p')
    .withMap('letters', {
      over: () => letters,
      each: letter,
      input: (text) => ({ inputText: text }),
      ...(key !== undefined && { key }),
    })
    .build({ interceptors, ignoreOptions: true })
}

/** The same with a function. */
function functions({ letters = ['a', 'b?', 'c?'], key, calls = [] }: Shape = {}) {
  return new Pipeline('p')
    .withMap('letters', {
      over: () => letters,
      each: (letter, { resumed }) => {
        calls.push(`${letter}${resumed === undefined ? '' : '!'}`)
        if (letter.endsWith('?') && resumed === undefined) return StageOutput.suspend('right?')
        return { letter, answer: resumed?.answer ?? 'none' }
      },
      ...(key !== undefined && { key }),
    })
    .build()
}

const keyOf = (letter: string): string => `letter ${letter}`

test('the open requests of items that run a pipeline have the keys of the items in their paths', async () => {
  for (const [key, names] of [
    [undefined, ['1', '2']],
    [keyOf, ['letter b?', 'letter c?']],
  ] as const) {
    const graph = pipelines({ ...(key && { key }) })
    for (const run of [await graph.run(), read(await graph.run())])
      expect(openRequests(run as never).map(({ path }) => path)).toEqual(
        names.map((name) => ['letters', name, 'check']),
      )
  }
})

test('answers go to items by their keys, and items that are done do not run again', async () => {
  const calls: string[] = []
  const graph = pipelines({ key: keyOf, calls })
  const first = read(await graph.run())
  expect(calls.splice(0).toSorted()).toEqual(['check a', 'check b?', 'check c?', 'draft a', 'draft b?', 'draft c?'])
  const second = await resumeRun(graph, first, { letters: { 'letter c?': { check: 'fine' } } } as never)
  expect(calls.splice(0)).toEqual(['check c?!'])
  const third = await resumeRun(graph, read(second), { letters: { 'letter b?': { check: 'good' } } } as never)
  expect(calls).toEqual(['check b?!'])
  expect(third.data).toMatchObject({
    letters: { items: ['none', 'good', 'fine'].map((answer) => ({ check: { answer } })) },
  })
})

test.each([
  ['another order', ['c?', 'a', 'b?'], ['c?!']],
  ['one more', ['x', 'a', 'b?', 'c?'], ['c?!', 'x']],
  ['one less that was done', ['c?', 'b?'], ['c?!']],
  ['one less that asks', ['a', 'c?'], ['c?!']],
])('with key, a suspended run goes on with a source that gives %s', async (_name, letters, expected) => {
  const first = read(await functions({ key: keyOf }).run())
  const calls: string[] = []
  const graph = functions({ key: keyOf, letters, calls })
  const second = await resumeRun(graph, first, { letters: { 'letter c?': 'yes' } } as never)
  expect(calls.toSorted()).toEqual(expected)
  const items = letters.map((letter) => {
    if (letter === 'b?') return undefined
    return { letter, answer: letter === 'c?' ? 'yes' : 'none' }
  })
  if (!letters.includes('b?')) return expect(second.data).toEqual({ letters: { items } })
  const third = await resumeRun(graph, read(second), { letters: { 'letter b?': 'good' } } as never)
  expect(third.data).toEqual({
    letters: { items: items.map((item) => item ?? { letter: 'b?', answer: 'good' }) },
  })
})

test('with key, items that run a pipeline go on in another order', async () => {
  const first = read(await pipelines({ key: keyOf }).run())
  const calls: string[] = []
  const graph = pipelines({ key: keyOf, letters: ['c?', 'a', 'b?'], calls })
  const answers = { letters: { 'letter c?': { check: 'yes' }, 'letter b?': { check: 'good' } } }
  expect((await resumeRun(graph, first, answers as never)).data).toMatchObject({
    letters: { items: ['yes', 'none', 'good'].map((answer) => ({ check: { answer } })) },
  })
  expect(calls.toSorted()).toEqual(['check b?!', 'check c?!'])
})

test.each([functions, pipelines] as unknown as readonly ((shape: Shape) => ReturnType<typeof pipelines>)[])(
  'a suspended map that got or lost key is refused, because its items have other names now',
  async (graphOf) => {
    const plain = graphOf({})
    const keyed = graphOf({ key: keyOf })
    const calls: string[] = []
    for (const [before, name, shape] of [
      [plain, '1', { key: keyOf, calls }],
      [keyed, 'letter b?', { calls }],
    ] as const) {
      const first = read(await before.run())
      const answer = before === plain && graphOf === (functions as never) ? 'yes' : { check: 'yes' }
      const second = await resumeRun(graphOf(shape), first, { letters: { [name]: answer } } as never).catch(
        (error: unknown) => ({ error }),
      )
      expect(second).toMatchObject({ error: { code: 'core/resume' } })
    }
    expect(calls).toEqual([])
  },
)

// ---------- fingerprints

const kept = (graph: Parameters<typeof fingerprintOf>[0]): GraphFingerprint =>
  JSON.parse(JSON.stringify(fingerprintOf(graph))) as GraphFingerprint

test('the fingerprint of a map has the pipeline of its items, and whether it names them', () => {
  const transform = { kind: 'transform', join: 'all' }
  const child = {
    pipeline: 'letter',
    stages: { check: { ...transform, dependencies: ['draft'] }, draft: { ...transform, dependencies: [] } },
  }
  const letters = { ...transform, dependencies: [], map: true }
  expect(fingerprintOf(pipelines()).stages).toEqual({ letters: { ...letters, child } })
  expect(fingerprintOf(pipelines({ key: keyOf })).stages).toEqual({ letters: { ...letters, child, keys: true } })
  expect(fingerprintOf(functions()).stages).toEqual({ letters })
})

test('a map that has begun must keep its key, and what its items run', () => {
  const far = { letters: 'started' } as const
  expect(incompatibilities(pipelines(), kept(pipelines()), far)).toEqual([])
  expect(incompatibilities(pipelines({ key: keyOf }), kept(pipelines()), far)).toEqual([
    'stage "letters", which has started, was a map of the pipeline "letter", and now is a map of the pipeline "letter" with key',
  ])
  expect(incompatibilities(functions(), kept(functions({ key: keyOf })), far)).toEqual([
    'stage "letters", which has started, was a map with key, and now is a map',
  ])
  expect(incompatibilities(functions(), kept(pipelines()), far)).toEqual([
    'stage "letters", which has started, was a map of the pipeline "letter", and now is a map',
  ])
  const changed = pipelines({ check: { join: 'settled' }, more: true })
  expect(incompatibilities(changed, kept(pipelines()), far)).toEqual([])
  expect(incompatibilities(changed, kept(pipelines()), { letters: { draft: 'settled', check: 'started' } })).toEqual([])
  expect(incompatibilities(changed, kept(pipelines()), { letters: { check: 'settled' } })).toEqual([
    'stage "letters/check", which has settled, had join "all" and now has join "settled"',
  ])
  expect(incompatibilities(changed, kept(pipelines()), { letters: 'settled' })).toEqual([
    'stage "letters/check", which has settled, had join "all" and now has join "settled"',
    'stage "letters/more" is new in a child pipeline that has settled',
  ])
})

test('the progress of a suspended map is that of its furthest item that asks', async () => {
  const letter = new Pipeline('letter')
    .withStage('one', ({ snapshot }) => (snapshot.inputText === 'first' ? StageOutput.suspend('?') : {}))
    .withStage('two', () => StageOutput.suspend('?'), { dependencies: ['one'] })
  const graph = new Pipeline('p')
    .withMap('letters', {
      over: () => ['first', 'second'],
      each: letter,
      input: (inputText) => ({ inputText }),
    })
    .build()
  expect(progressOf(read(await graph.run()))).toEqual({ letters: { one: 'settled', two: 'started' } })
  expect(progressOf(read(await functions().run()))).toEqual({ letters: 'started' })
})

// ---------- schemas and demands

test('the answerSchema of a stage inside an item holds for the question of each item', async () => {
  const graph = pipelines({ key: keyOf, check: { answerSchema: isYes } })
  const good = { letters: { 'letter b?': { check: 'yes' }, other: { check: 'yes' } } }
  expect(await checkedAnswers(graph, good)).toEqual({
    letters: { 'letter b?': { check: true }, other: { check: true } },
  })
  await expect(checkedAnswers(graph, { letters: { 'letter b?': { check: 'no' } } })).rejects.toThrow(
    '"letters#letter b?/check": say yes',
  )
})

test('an answerSchema of a map whose items run a pipeline does not build, because the stages inside ask', () => {
  const child = new Pipeline('letter').withStage('check', () => ({}))
  expect(() =>
    new Pipeline('p').withMap('letters', { over: () => [1], each: child, answerSchema: isYes } as never).build(),
  ).toThrow('Stage "letters" has an answerSchema, but the stages of "letter" ask')
})

test('what is demanded of who answers is that of the stage inside an item', () => {
  const guard: Interceptor = { name: 'guard', stageOptions: ['by' as never], admit: () => undefined }
  const graph = pipelines({ check: { by: 'boss' }, interceptors: [guard] })
  expect(demandsOf(graph, ['letters', '1', 'check'])).toEqual({ guard: '"by":"boss"' })
  // An item may have the name of a stage.
  expect(demandsOf(graph, ['letters', 'check', 'draft'])).toEqual({ guard: '' })
})

test('a graph whose own interceptors check callers cannot be run by the items of a durable map', () => {
  const child = new Pipeline('letter').withStage('check', () => ({}))
  const guard: Interceptor = { name: 'guard', admit: () => undefined }
  const graph = new Pipeline('p')
    .withMap('letters', { over: () => [1], each: child.build({ interceptors: [guard] }) })
    .build()
  expect(() => checkLeg('run()', graph, {})).toThrow(/whose own "guard" would check a caller/)
})
