import type { EventSink } from '@stageflow/core'
import { recordingSink } from '@stageflow/testing'
import { expectTypeOf } from 'vitest'
import { BufferedEventSink, fanOutSink, filterSink, type BranchStats, type SinkDroppedEvent } from './index.ts'

const behind = recordingSink()

// All of them are sinks, and what a buffer is asked for has an answer: never undefined.
expectTypeOf(new BufferedEventSink(behind)).toExtend<EventSink>()
expectTypeOf(new BufferedEventSink(behind).tryEmit).returns.toEqualTypeOf<boolean>()
expectTypeOf(filterSink(behind)).toExtend<EventSink>()

// A fan-out knows its sinks by name.
const fanOut = fanOutSink({ log: behind, file: behind })
expectTypeOf(fanOut).toExtend<EventSink>()
expectTypeOf(fanOut.stats().file).toEqualTypeOf<BranchStats>()
// @ts-expect-error There is no such sink.
void fanOut.stats().screen

// The event that tells of losses is declared.
expectTypeOf(behind.of('sink.dropped')[0]?.data).toEqualTypeOf<SinkDroppedEvent | undefined>()

// @ts-expect-error There is no such policy.
new BufferedEventSink(behind, { overflow: 'drop' })
// @ts-expect-error A misspelt option.
new BufferedEventSink(behind, { maxSize: 5 })
// @ts-expect-error That is no sink.
fanOutSink({ log: console })
// @ts-expect-error Nor is that a choice.
filterSink(behind, { only: 7 })
