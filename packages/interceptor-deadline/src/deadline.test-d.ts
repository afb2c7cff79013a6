import { Pipeline, StageOutput, defineStage } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { expectTypeOf } from 'vitest'
import { deadline } from './index.ts'
import type { DeadlineBudget } from './index.ts'

expectTypeOf(deadline).toEqualTypeOf<() => Interceptor>()
expectTypeOf<DeadlineBudget>().toEqualTypeOf<{ readonly expectedMs: number }>()
// @ts-expect-error the budget is that of a stage
deadline({ expectedMs: 500 })

const budget = { deadlineBudget: { expectedMs: 500 } }
const pipeline = new Pipeline('chat')
// @ts-expect-error the number of milliseconds is missing
pipeline.withStage('a', () => ({}), { deadlineBudget: {}, onFailure: 'skip' })
// @ts-expect-error milliseconds are a number
pipeline.withStage('a', () => ({}), { deadlineBudget: { expectedMs: '500' }, onFailure: 'skip' })
// @ts-expect-error a budget is an object
pipeline.withStage('a', () => ({}), { deadlineBudget: 500, onFailure: 'skip' })
// @ts-expect-error a budget has no such member
pipeline.withStage('a', () => ({}), { deadlineBudget: { expectedMs: 500, minimumMs: 5 }, onFailure: 'skip' })

pipeline.withPipeline(
  'child',
  new Pipeline('child').withStage('a', () => ({})),
  { ...budget, onFailure: 'skip' },
)
pipeline.withMap('items', { over: () => [1], each: () => ({}), ...budget, onItemFailure: 'skip' })
defineStage({ name: 'a', run: () => ({}), ...budget, onFailure: 'skip' })

// What its dependents read says that it may not have run.
pipeline
  .withStage('profile', () => ({ name: 'Ada' }), { ...budget, onFailure: 'skip' })
  .withStage('level', () => ({ level: 3 as number }), { ...budget, onFailure: { fallback: { level: 0 as number } } })
  .withStage(
    'llm',
    ({ inputs }) => {
      expectTypeOf(inputs.from('profile')).toEqualTypeOf<{ name: string } | undefined>()
      expectTypeOf(inputs.from('level')).toEqualTypeOf<{ level: number }>()
      return StageOutput.skip('only types')
    },
    { dependencies: ['profile', 'level'] },
  )
