import { expectTypeOf } from 'vitest'
import { isStageEvent } from '../src/index.ts'
import type { ErrorRecord, EventSink, RunPart, StageContext, StageKind, StageflowEvent } from '../src/index.ts'

declare module '../src/index.ts' {
  interface EventMap {
    'test.hit': { readonly key: string }
  }
}

export async function emitting(context: StageContext<{}>): Promise<void> {
  context.tryEmitEvent('test.hit', { key: 'x' })
  await context.emitEvent('test.hit', { key: 'x' })
  context.tryEmitEvent('anything.else', { free: true })
  // @ts-expect-error Type 'number' is not assignable to type 'string': the data of a declared event is checked.
  context.tryEmitEvent('test.hit', { key: 5 })
  // @ts-expect-error the events of the engine cannot be forged.
  context.tryEmitEvent('stage.a.completed', {})
  // @ts-expect-error nor those of an item.
  context.tryEmitEvent('stage.a.item_completed', {})
  // @ts-expect-error the events of the engine cannot be forged.
  context.tryEmitEvent('pipeline.completed', { pipeline: 'x', durationMs: 1 })
  // @ts-expect-error nor by waiting.
  await context.emitEvent('pipeline.started', {})
  // @ts-expect-error Argument of type '"nodot"' is not assignable to parameter of type '`${string}.${string}`'
  context.tryEmitEvent('nodot', {})
}

export const following: EventSink = {
  emit: () => {},
  tryEmit: () => {},
  chunks: true,
  onRun: (run) => ({
    settled: ({ stage }, { item }) => void [run.output(stage), item?.key],
    ended: ({ status }) => expectTypeOf(status).toEqualTypeOf<'completed' | 'failed' | 'cancelled' | 'suspended'>(),
  }),
}
export const ofPart = (part: RunPart): EventSink => ({ emit: () => {}, tryEmit: () => {}, onRun: () => part })
export const entering: EventSink = {
  emit: () => {},
  tryEmit: () => {},
  // @ts-expect-error 'enter' does not exist: a sink can't fail a run.
  onRun: () => ({ enter: (next: () => void) => next() }),
}
// @ts-expect-error Type 'string' is not assignable to type 'boolean'.
export const wordy: EventSink = { emit: () => {}, tryEmit: () => {}, chunks: 'yes' }

export function reading(event: StageflowEvent): void {
  expectTypeOf(event.seq).toEqualTypeOf<number>()
  if (event.type === 'pipeline.failed') expectTypeOf(event.data.errors).toEqualTypeOf<readonly ErrorRecord[]>()
  if (event.type === 'pipeline.child_started') expectTypeOf(event.data.path).toEqualTypeOf<string>()
  if (event.type === 'guard_retry.exhausted')
    expectTypeOf(event.data.reason).toEqualTypeOf<'max_attempts' | 'stagnation'>()
  if (event.type === 'test.hit') expectTypeOf(event.data).toEqualTypeOf<{ readonly key: string }>()
  if (isStageEvent(event, 'completed')) {
    expectTypeOf(event.data).toEqualTypeOf<{ readonly durationMs: number; readonly attempts: number }>()
    expectTypeOf(event.stage).toEqualTypeOf<string>()
  }
  if (isStageEvent(event, 'started'))
    expectTypeOf(event.data).toEqualTypeOf<{
      readonly kind: StageKind
      readonly readyAt?: number | undefined
      readonly releasedBy?: string | undefined
    }>()
  if (isStageEvent(event, 'failed')) expectTypeOf(event.data.error).toEqualTypeOf<ErrorRecord>()
  if (isStageEvent(event, 'chunk')) expectTypeOf(event.data.chunk).toBeUnknown()
  if (isStageEvent(event, 'chunk')) expectTypeOf(event.data.key).toEqualTypeOf<string | undefined>()
  if (isStageEvent(event, 'item_started')) expectTypeOf(event.data.kind).toEqualTypeOf<StageKind>()
  if (isStageEvent(event, 'item_completed')) {
    expectTypeOf(event.data.index).toEqualTypeOf<number>()
    expectTypeOf(event.data.key).toEqualTypeOf<string>()
    expectTypeOf(event.data.attempts).toEqualTypeOf<number>()
    // @ts-expect-error Property 'error' does not exist: the item did not fail
    void event.data.error
  }
  if (isStageEvent(event, 'item_failed')) expectTypeOf(event.data.error).toEqualTypeOf<ErrorRecord>()
  if (isStageEvent(event, 'item_skipped')) expectTypeOf(event.data.reason).toEqualTypeOf<string>()
  if (isStageEvent(event, 'item_cancelled')) expectTypeOf(event.data.reason).toEqualTypeOf<string>()
  if (isStageEvent(event, 'item_abandoned')) expectTypeOf(event.data.durationMs).toEqualTypeOf<number>()
  if (isStageEvent(event, 'item_suspended')) expectTypeOf(event.data.attempts).toEqualTypeOf<number>()
  if (isStageEvent(event, 'item_retrying')) expectTypeOf(event.data.error).toEqualTypeOf<ErrorRecord | undefined>()
  // @ts-expect-error Property 'key' does not exist: the event of a stage isn't that of an item
  if (isStageEvent(event, 'completed')) void event.data.key
  // @ts-expect-error Argument of type '"item_ended"' is not assignable
  isStageEvent(event, 'item_ended')
  // @ts-expect-error Argument of type '"finished"' is not assignable
  isStageEvent(event, 'finished')
}

export const sink: EventSink = { emit: async () => {}, tryEmit: (event) => event.seq < 100 }
// @ts-expect-error Property 'tryEmit' is missing
export const half: EventSink = { emit: () => {} }
