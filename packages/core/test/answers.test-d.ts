import { expectTypeOf } from 'vitest'
import { resumeRun, resumeSettled, startResumed } from '../src/durable.ts'
import type { SuspendedRun } from '../src/durable.ts'
import { Pipeline, StageOutput, defineStage } from '../src/index.ts'
import type { AnswerSchema, StageContext } from '../src/index.ts'

/** It takes a text, and makes a number of it. */
declare const amount: AnswerSchema<{ readonly amount: string }, { readonly amount: number }>
/** A Standard Schema that doesn't say its types. */
declare const untyped: {
  readonly '~standard': { readonly version: 1; readonly vendor: string; readonly validate: (value: unknown) => unknown }
}
/** A schema as libraries declare it, with the type of what it takes written out. */
declare const approval: {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly types?: { readonly input: boolean; readonly output: boolean } | undefined
    readonly validate: (
      value: unknown,
    ) => { readonly value: boolean } | { readonly issues: readonly { message: string }[] }
  }
}

class Boss {
  name = 'boss' as const
  execute({ resumed }: StageContext<{}, {}, {}, { readonly amount: number }>) {
    return resumed?.expired === false ? { amount: resumed.answer.amount } : StageOutput.suspend('How much?')
  }
}

const kid = new Pipeline('kid').withStage(
  'check',
  ({ resumed }) => {
    if (resumed === undefined) return StageOutput.suspend('Is it right?')
    if (resumed.expired) return StageOutput.skip('the time has passed')
    expectTypeOf(resumed.answer).toEqualTypeOf<boolean>()
    return { isRight: resumed.answer }
  },
  { answerSchema: approval },
)
const value = defineStage({
  name: 'value',
  answerSchema: amount,
  run: ({ resumed }) => {
    if (resumed?.expired === false) expectTypeOf(resumed.answer).toEqualTypeOf<{ readonly amount: number }>()
    // The time of the question may have passed, and then nothing has checked what it goes on with.
    expectTypeOf(resumed?.answer).toEqualTypeOf<unknown>()
    return resumed === undefined ? StageOutput.suspend('?') : { done: true }
  },
})
const graph = new Pipeline('order')
  .withStage(Boss, { answerSchema: amount })
  .withStage(
    'second',
    ({ resumed, inputs }) => {
      expectTypeOf(inputs.from('boss')).toEqualTypeOf<{ amount: number }>()
      if (resumed?.expired === false) expectTypeOf(resumed.answer).toEqualTypeOf<{ readonly amount: number }>()
      return {}
    },
    { dependencies: ['boss'], answerSchema: amount, when: (given) => given.from('boss').amount > 0 },
  )
  .withStages([value])
  .withPipeline('kid', kid)
  .withMap('letters', {
    over: () => ['a', 'b'],
    each: (_letter, { resumed }) => {
      if (resumed?.expired === false) expectTypeOf(resumed.answer).toEqualTypeOf<boolean>()
      return resumed === undefined ? StageOutput.suspend('?') : {}
    },
    answerSchema: approval,
  })
  .withStage('loose', ({ resumed }) => ({ answer: resumed?.answer }), { answerSchema: untyped })
  .withStage('free', ({ resumed }) => ({ answer: resumed?.answer }))
  .build()

export async function check(run: SuspendedRun): Promise<void> {
  await resumeRun(graph, run, {
    boss: { amount: '5' },
    second: { amount: '6' },
    value: { amount: '7' },
    kid: { check: true },
    letters: { 0: true, 1: false },
    loose: { any: 'thing' },
    free: 5,
  })
  // @ts-expect-error 'number' is not assignable to 'string': resume gives what the schema takes, not what it makes of it
  await resumeRun(graph, run, { boss: { amount: 5 } })
  // @ts-expect-error 'amont' does not exist
  await resumeSettled(graph, run, { second: { amont: '5' } })
  // @ts-expect-error 'boolean' is not assignable to '{ readonly amount: string }'
  await startResumed(graph, run, { value: true })
  // @ts-expect-error 'string' is not assignable to 'boolean': the answer of a stage of a child pipeline
  await resumeRun(graph, run, { kid: { check: 'yes' } })
  // @ts-expect-error 'chek' does not exist in the child pipeline
  await resumeRun(graph, run, { kid: { chek: true } })
  // @ts-expect-error 'string' is not assignable to 'boolean': the answer of an item
  await resumeRun(graph, run, { letters: { 0: 'yes' } })
  // @ts-expect-error 'bos' does not exist
  await resumeRun(graph, run, { bos: { amount: '5' } })
}

// @ts-expect-error the stage reads an answer with an amount, and its schema makes booleans
new Pipeline('order').withStage(Boss, { answerSchema: approval })
// @ts-expect-error the stage reads an answer with an amount, and without a schema nothing checks it
new Pipeline('order').withStage(Boss)
