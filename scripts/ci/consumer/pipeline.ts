import { defineStage, Pipeline, type StageContext, StageKind, StageOutput } from '@stageflow/core'

class Greet {
  readonly kind = StageKind.TRANSFORM
  async execute(context: StageContext<{ name: { name: string } }>) {
    return StageOutput.ok({ text: `Hello, ${context.inputs.from('name').name}!` })
  }
}

const pipeline = new Pipeline('greeting')
  .withStage('name', () => ({ name: 'Ada' as string }), StageKind.ENRICH)
  .withStage('greet', Greet, { dependencies: ['name'] })

const result = await pipeline.build().run({ inputText: 'Ada' })
if (result.status === 'completed') result.data.greet.text satisfies string

// @ts-expect-error a stage that does not exist
pipeline.withStage('late', () => ({}), { dependencies: ['nobody'] })

const first = defineStage({ name: 'first', run: () => ({ count: 1 as number }) })
const second = defineStage({
  name: 'second',
  after: { first },
  run: ({ inputs }) => ({ twice: inputs.from('first').count * 2 }),
})
const values = await Pipeline.from('values', [first, second]).build().run({})
if (values.status === 'completed') values.data.second.twice satisfies number
