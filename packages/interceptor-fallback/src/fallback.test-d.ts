import { Pipeline, defineStage } from '@stageflow/core'
import type { Interceptor, InterceptorContext, Slot, StageContext } from '@stageflow/core'
import { expectTypeOf } from 'vitest'
import { WAY, fallback, wayOf } from './index.ts'
import type { FallbackNote, FallbackOptions, FallbackVerdict } from './index.ts'

expectTypeOf(fallback).toEqualTypeOf<() => Interceptor>()
expectTypeOf(WAY).toEqualTypeOf<Slot<string>>()
expectTypeOf<FallbackVerdict>().toEqualTypeOf<boolean | { readonly afterMs: number }>()
expectTypeOf<FallbackOptions>().toEqualTypeOf<{
  readonly ways: readonly string[]
  readonly isRetryable?: (error: unknown, context: InterceptorContext) => FallbackVerdict | undefined
}>()
// @ts-expect-error the ways are those of a stage
fallback({ ways: ['main', 'spare'] })

declare const context: StageContext<{ profile: { name: string } }, { llm: object }>
expectTypeOf(wayOf(context)).toEqualTypeOf<string>()
// @ts-expect-error it needs the context of the stage
wayOf()
// @ts-expect-error a name is not a context
wayOf('llm')

const twoWays = { fallback: { ways: ['main', 'spare'] } }
const pipeline = new Pipeline('chat')
// @ts-expect-error the ways are missing
pipeline.withStage('a', () => ({}), { fallback: {} })
// @ts-expect-error names are strings
pipeline.withStage('a', () => ({}), { fallback: { ways: [1, 2] } })
// @ts-expect-error the option is an object
pipeline.withStage('a', () => ({}), { fallback: ['main', 'spare'] })
// @ts-expect-error it has no such member
pipeline.withStage('a', () => ({}), { fallback: { ways: ['main', 'spare'], way: 'main' } })
// @ts-expect-error a verdict is not a text
pipeline.withStage('a', () => ({}), { fallback: { ways: ['main', 'spare'], isRetryable: () => 'yes' } })

// Every kind of stage takes the option, and its code reads the way from its own context.
const graph = pipeline
  .withStage('llm', (own) => ({ way: wayOf(own) }), twoWays)
  .withStage(
    'stream',
    async function* (own) {
      yield wayOf(own)
    },
    twoWays,
  )
  .withPipeline(
    'child',
    new Pipeline('child').withStage('a', () => ({})),
    twoWays,
  )
  .withMap('items', { over: () => [1], each: (_, own) => ({ way: wayOf(own) }), ...twoWays })
  .build({ interceptors: [fallback()] })
defineStage({ name: 'a', run: (own) => ({ way: wayOf(own) }), ...twoWays })

const { report } = await graph.run()
expectTypeOf(report.stages.llm.notes.fallback).toEqualTypeOf<FallbackNote | undefined>()
expectTypeOf<FallbackNote>().toEqualTypeOf<{ readonly way: string; readonly failed: readonly string[] }>()
