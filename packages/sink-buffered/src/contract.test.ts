import type { EventSink, StageflowEvent } from '@stageflow/core'
import { recordingSink, type ManualClock } from '@stageflow/testing'
import { sinkContract, type CreateSink } from '@stageflow/testing/contract'
import { describe, test } from 'vitest'
import { BufferedEventSink, fanOutSink, filterSink } from './index.ts'

/** A sink that takes five milliseconds for each event. */
function slow(clock: ManualClock) {
  const events: StageflowEvent[] = []
  const sink: EventSink = {
    tryEmit: () => false,
    async emit(event) {
      await clock.sleep(5)
      events.push(event)
    },
  }
  return { sink, arrived: () => events }
}

/** A sink that can hang. */
function hanging() {
  const behind = recordingSink()
  return { behind, arrived: () => behind.events, hang: () => behind.pause() }
}

/** A sink whose end can hang too. */
function stuck() {
  const { behind, arrived } = hanging()
  let hangs = false
  const end = (): Promise<void> => (hangs ? new Promise(() => {}) : Promise.resolve())
  return { behind: { ...behind, flush: end, close: end }, arrived, hang: () => void (hangs = true) }
}

/** A sink that fails at every third event first. */
function flaky() {
  const behind = recordingSink()
  let count = 0
  const sink: EventSink = {
    tryEmit: (event) => behind.tryEmit(event),
    async emit(event) {
      if (++count % 3 === 0) throw new Error('not now')
      await behind.emit(event)
    },
  }
  return { sink, arrived: () => behind.events }
}

const sinks: Readonly<Record<string, CreateSink>> = {
  'a buffer': (clock) => {
    const behind = recordingSink()
    return { sink: new BufferedEventSink(behind, { clock }), arrived: () => behind.events }
  },
  'a buffer of twenty in front of a slow sink': (clock) => {
    const { sink, arrived } = slow(clock)
    return { sink: new BufferedEventSink(sink, { clock, maxWaiting: 20 }), arrived }
  },
  'a buffer that samples, in front of a slow sink': (clock) => {
    const { sink, arrived } = slow(clock)
    return {
      sink: new BufferedEventSink(sink, { clock, maxWaiting: 600, overflow: 'sample' }),
      arrived,
    }
  },
  'a buffer in front of a sink that fails now and then': (clock) => {
    const { sink, arrived } = flaky()
    return { sink: new BufferedEventSink(sink, { clock, retry: { baseMs: 1 } }), arrived }
  },
  'a fan-out': (clock) => {
    const first = recordingSink()
    return { sink: fanOutSink({ first, second: recordingSink() }, { clock }), arrived: () => first.events }
  },
  'a fan-out of one sink that fails, one that hangs and a sound one': (clock) => {
    const sound = recordingSink()
    const broken: EventSink = { emit: () => Promise.reject(new Error('no')), tryEmit: () => { throw new Error('no') } } // prettier-ignore
    const hanging: EventSink = { emit: () => new Promise(() => {}), tryEmit: () => false }
    return { sink: fanOutSink({ broken, hanging, sound }, { clock }), arrived: () => sound.events }
  },
  'a filter that all the events pass': (clock) => {
    const behind = recordingSink()
    return { sink: filterSink(behind, { exclude: 'other.*', clock }), arrived: () => behind.events }
  },
  'a filter in front of a fan-out in front of a buffer': (clock) => {
    const behind = recordingSink()
    const buffered = new BufferedEventSink(behind, { clock })
    return { sink: filterSink(fanOutSink({ buffered }, { clock }), { clock }), arrived: () => behind.events }
  },
  'a buffer in front of a sink that can hang': (clock) => {
    const { behind, ...under } = hanging()
    return { sink: new BufferedEventSink(behind, { clock }), ...under }
  },
  'a fan-out of a sink whose end can hang': (clock) => {
    const { behind, ...under } = stuck()
    return { sink: fanOutSink({ behind }, { clock }), ...under }
  },
  'a filter in front of a sink whose end can hang': (clock) => {
    const { behind, ...under } = stuck()
    return { sink: filterSink(behind, { clock }), ...under }
  },
  'a buffer in front of a fan-out': (clock) => {
    const behind = recordingSink()
    return { sink: new BufferedEventSink(fanOutSink({ behind }, { clock }), { clock }), arrived: () => behind.events }
  },
}

describe.concurrent.each(Object.entries(sinks))('%s keeps the contract of sinks', (_, create) => {
  for (const { name, run } of sinkContract(create)) test(name, run)
})
