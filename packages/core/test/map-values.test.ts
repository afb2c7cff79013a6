import { expect, test } from 'vitest'
import { Pipeline, StageKind, StageOutput, definePorts, defineStage, mapStage } from '../src/index.ts'
import type { PipelineBuildError } from '../src/index.ts'
import { withCode } from '../src/kit.ts'

const list = defineStage({ name: 'list', run: () => ({ numbers: [1, 2, 3] }) })
const squares = mapStage({
  name: 'squares',
  kind: StageKind.ENRICH,
  after: { from: list },
  over: (inputs) => inputs.from('from').numbers,
  each: async (number, { inputs }) => ({ square: number * number, of: inputs.from('from').numbers.length }),
})
const sum = defineStage({
  name: 'sum',
  after: { squares },
  run: ({ inputs }) => ({ sum: inputs.from('squares').items.reduce((all, { square }) => all + square, 0) }),
})

/** The problems that `build` reports, as code and message. */
function problemsOf(pipeline: { readonly build: () => unknown }): readonly (readonly [string, string])[] {
  try {
    pipeline.build()
    return []
  } catch (error) {
    return (error as PipelineBuildError).problems.map(({ code, message }) => [code, message])
  }
}
const from = (...stages: readonly unknown[]): Pipeline => Pipeline.from('p', stages as never)

test('a map as a value reads the stages in its `after` under their aliases, and others read its items', async () => {
  const result = await Pipeline.from('values', [sum, squares, list]).build().run()
  expect(result.data).toEqual({
    list: { numbers: [1, 2, 3] },
    squares: {
      items: [
        { square: 1, of: 3 },
        { square: 4, of: 3 },
        { square: 9, of: 3 },
      ],
    },
    sum: { sum: 14 },
  })
})

test('it is described as a map with its kind, its dependencies and the code of `each`', () => {
  const info = Pipeline.from('values', [list, squares, sum]).build().info.stages[1]
  expect(info).toMatchObject({ name: 'squares', kind: 'enrich', map: true, itemOf: undefined })
  expect(info?.dependencies).toEqual([{ stage: 'list', edge: 'value' }])
  expect(info?.source).toContain('number * number')
})

test('it joins a fluent pipeline, and the stages of a pipeline give it back', async () => {
  const fluent = new Pipeline('fluent').withStage('list', () => ({ numbers: [4] })).withStages([squares, sum])
  expect((await fluent.build().run()).data.sum).toEqual({ sum: 16 })
  const again = from(...fluent.stages)
  expect((await again.build().run()).data).toHaveProperty('sum', { sum: 16 })
})

test('it has the options of a stage and reads ports', async () => {
  const { mapStage: withNames } = definePorts<{ names: readonly string[] }>()
  const greetings = withNames({
    name: 'greetings',
    after: { list },
    over: (inputs) => inputs.from('list').numbers,
    each: (number, { ports }) => ({ text: `Hello ${ports.names[number - 1] ?? 'you'}` }),
    when: (inputs) => inputs.from('list').numbers.length > 2,
    onFailure: { fallback: { items: [] } },
  })
  const failing = mapStage({
    name: 'failing',
    after: { list },
    over: (inputs) => inputs.from('list').numbers,
    each: () => StageOutput.fail('no'),
    onFailure: 'skip',
  })
  const graph = Pipeline.from('values', [list, greetings, failing]).build({ ports: { names: ['Ada'] } })
  const { data, outputs } = await graph.run()
  expect(data.greetings?.items.map(({ text }) => text)).toEqual(['Hello Ada', 'Hello you', 'Hello you'])
  expect(outputs.failing?.status).toBe('skip')
})

test('the build reports what is wrong with a map as a value, all at once', () => {
  const problems = problemsOf(
    from(mapStage({ name: 'bad', each: 5, concurrency: 0, run: () => ({}), dependencies: ['list'] } as never)),
  )
  const codes = problems.map(([code]) => code)
  expect(codes.filter((code) => code === 'core/illegal-option')).toHaveLength(3)
  expect(codes.filter((code) => code === 'core/unclaimed-option')).toHaveLength(2)
  const text = problems.map(([, message]) => message).join('\n')
  expect(text).toContain('over must be a function (inputs, snapshot) => items, not undefined')
  expect(text).toContain('each must be a function (item, context) => data')
  expect(text).toContain('concurrency must be a whole number from 1')
  expect(text).toContain('unknown option "run"')
  expect(text).toContain('did you mean "after"?')
})

test.each([undefined, null, 5, 'text'])('the build reports a map that was made of %s', (given) => {
  const codes = problemsOf(from(mapStage(given as never))).map(([code]) => code)
  expect(codes).toContain('core/illegal-name')
  expect(codes).toContain('core/illegal-option')
})

test('a pipeline is refused if it lacks the stage in `after`, or has another one of its name', () => {
  expect(problemsOf(from(squares))).toEqual([
    ['core/unknown-dependency', expect.stringContaining('Stage "squares" depends on "list"')],
  ])
  const other = mapStage({ name: 'squares', over: () => [1], each: () => ({ square: 1, of: 1 }) })
  expect(problemsOf(from(list, other, sum))).toEqual([
    [
      'core/other-stage',
      expect.stringContaining('Stage "sum" has after.squares, another stage "squares" than stage 2'),
    ],
  ])
})

test('other code stands in for a map in the `after` of other stages', async () => {
  const stubbed = withCode(squares, () => ({ items: [{ square: 7, of: 1 }] }))
  const { data } = await from(list, stubbed, sum).build().run()
  expect(data).toHaveProperty('sum', { sum: 7 })
})
