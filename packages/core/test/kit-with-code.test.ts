import { expect, test } from 'vitest'
import { Pipeline, StageKind, StageOutput, defineStage } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { withCode } from '../src/kit.ts'

const code = (): object => ({ text: 'other' })
const first = defineStage({ name: 'first', kind: StageKind.ENRICH, run: () => ({ text: 'own' }) })
const second = defineStage({
  name: 'second',
  after: { it: first },
  when: (inputs) => inputs.from('it').text === 'other',
  run: ({ inputs }) => ({ read: inputs.from('it').text }),
})

test('other code runs in the place of a stage, also for values that name the stage in `after`', async () => {
  const { data, report } = await Pipeline.from('p', [withCode(first, code), second] as never)
    .build()
    .run()
  expect(data).toEqual({ first: { text: 'other' }, second: { read: 'other' } })
  expect(report.status).toBe('completed')
  expect((await Pipeline.from('p', [first, second]).build().run()).data).toEqual({ first: { text: 'own' } })
})

test('the kind, the dependencies and the condition of a stage stay, and what it ran inside is gone', async () => {
  class Guard {
    readonly kind = StageKind.GUARD
    execute(): StageOutput {
      return StageOutput.fail('own')
    }
  }
  const pipeline = new Pipeline('p').withStage('guard', Guard).withPipeline(
    'child',
    new Pipeline('inside').withStage('a', () => ({})),
    {
      dependencies: ['guard'],
      kind: StageKind.AGENT,
      repeat: repeatUntil('a'),
      when: () => true,
    },
  )
  const { info } = Pipeline.from('p', pipeline.stages.map((stage) => withCode(stage, code)) as never).build()
  expect(info.stages.map(({ name, kind, child, conditional }) => [name, kind, child, conditional])).toEqual([
    ['guard', 'guard', undefined, false],
    ['child', 'agent', undefined, true],
  ])
  expect(info.stages[1]?.dependencies).toEqual([{ stage: 'guard', edge: 'value' }])
})

test('a stage whose kind cannot be read is refused as by the build', () => {
  const [stage] = new Pipeline('p').withStage('llm', { execute: 7 } as never).stages
  expect(() => withCode(stage as never, code)).toThrow(expect.objectContaining({ code: 'core/not-a-stage' }))
})
