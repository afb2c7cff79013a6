import type { StageContext, StageflowEvent } from '@stageflow/core'
import { expectTypeOf } from 'vitest'

import { AudioFormat, calculateAudioDurationMs, StreamingBuffer } from '../audio.ts'

export function emitting(context: StageContext<{}>): void {
  // A stage's emitter, and any function that is loose enough, can be handed over.
  new StreamingBuffer({ eventEmitter: context.tryEmitEvent })
  new StreamingBuffer({ eventEmitter: (type: string, data: object) => console.log(type, data) })
  new StreamingBuffer({ eventEmitter: (type, data) => console.log(type.toUpperCase(), Object.keys(data)) })
  context.tryEmitEvent('stream.buffer_recovered', { bufferDurationMs: 40 })
  // @ts-expect-error the data of a declared event is checked.
  context.tryEmitEvent('stream.buffer_recovered', { bufferDurationMs: '40' })
}

export function reading(event: StageflowEvent): void {
  if (event.type === 'stream.buffer_overflow') expectTypeOf(event.data.bytesDropped).toEqualTypeOf<number>()
  if (event.type === 'stream.buffer_underrun') expectTypeOf(event.data.bytesAvailable).toEqualTypeOf<number>()
}

export function formats(format: AudioFormat): void {
  new StreamingBuffer({ format: AudioFormat.PCM_24 })
  // @ts-expect-error compressed audio has no frames of a fixed size.
  new StreamingBuffer({ format: AudioFormat.MP3 })
  // @ts-expect-error there is no such format.
  new StreamingBuffer({ format: 'pcm_8' })
  // @ts-expect-error it may have no known duration.
  const durationMs: number = calculateAudioDurationMs(320, { format })
  expectTypeOf(durationMs).toBeNumber()
}
