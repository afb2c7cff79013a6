import { isRetryableDelivery } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { eventWith, eventsFrom, must, rejectionOf } from './contract-bench.ts'
import type { ContractBench } from './contract-bench.ts'

type Cases = Readonly<Record<string, (bench: ContractBench) => Promise<void>>>

const LARGE = 1_000
const AT_ONCE = 10

/** The rules while the downstream works. */
export const CASES: Cases = {
  'an export that has resolved is written': async (bench) => {
    const events = eventsFrom(1, 2)
    await bench.export(events)
    await bench.mustHave(events, 'once export() has resolved,')
  },
  'events arrive in order, within a batch and from batch to batch': async (bench) => {
    for (const [first, count] of [
      [1, 3],
      [4, 2],
      [6, 1],
    ] as const)
      await bench.export(eventsFrom(first, count))
    await bench.flush()
    const arrived = (await bench.arrived()).join()
    const wanted = eventsFrom(1, 6)
      .map(({ type }) => type)
      .join()
    must(arrived === wanted, `the order is ${wanted}; it is ${arrived}.`)
  },
  'a large batch is written completely': async (bench) => {
    const events = eventsFrom(1, LARGE)
    await bench.export(events)
    await bench.flush()
    await bench.mustHave(events, `of a batch of ${LARGE}`)
  },
  'an empty batch resolves, and writes nothing': async (bench) => {
    const rejection = await rejectionOf(bench.export([]))
    must(rejection === undefined, `export([]) resolves; it rejected with ${String(rejection?.error)}.`)
    await bench.mustHave([], 'after an empty batch,')
  },
  'every event of overlapping exports is written once': async (bench) => {
    const events = eventsFrom(1, AT_ONCE * 3)
    const batches = Array.from({ length: AT_ONCE }, (_, index) => events.slice(index * 3, index * 3 + 3))
    await Promise.all(batches.map((batch) => bench.export(batch)))
    await bench.flush()
    await bench.mustHave(events, `after ${AT_ONCE} exports at once`)
  },
  'a frozen batch is written: batches are frozen': async (bench) => {
    const events = Object.freeze(eventsFrom(1, 3).map((event) => Object.freeze(event)))
    const rejection = await rejectionOf(bench.exporter.export(events))
    must(rejection === undefined, `the batch is read only; it rejected with ${String(rejection?.error)}.`)
    await bench.flush()
    await bench.mustHave(events, 'of a frozen batch')
  },
  'an event whose data JSON cannot write arrives, and so do its neighbors': async (bench) => {
    const circle: Record<string, unknown> = { name: 'circle' }
    circle['self'] = circle
    const broken = Object.defineProperty({}, 'secret', {
      enumerable: true,
      get: () => {
        throw new Error('no')
      },
    })
    const odd = [{ count: 1n }, circle, broken, { error: new Error('down') }, { undefined }, { call: () => 1 }]
    const events = odd.map((data, index) => eventWith(index + 1, data))
    const rejection = await rejectionOf(bench.export(events))
    must(rejection === undefined, `data is written as well as possible; it rejected with ${String(rejection?.error)}.`)
    await bench.flush()
    await bench.mustHave(events, 'of events with BigInts, circular data, errors, functions and getters that throw')
  },
  'a batch that comes again is accepted again': async (bench) => {
    const events = eventsFrom(1, 2)
    const batch = [...events]
    await bench.exporter.export(batch)
    const rejection = await rejectionOf(bench.exporter.export(batch))
    must(rejection === undefined, `its first result may have been lost; it rejected with ${String(rejection?.error)}.`)
    await bench.flush()
    await bench.mustHave(events, 'of a batch that came twice', true)
  },
  'flush resolves, however often it is called and however little there is to do': async (bench) => {
    for (let call = 1; call <= 3; call++) {
      const rejection = await rejectionOf(bench.flush())
      must(rejection === undefined, `flush() resolves; call ${call} rejected with ${String(rejection?.error)}.`)
    }
  },
  'close can be called twice': async (bench) => {
    await bench.export(eventsFrom(1, 1))
    for (let call = 1; call <= 2; call++) {
      const rejection = await rejectionOf(closing(bench))
      must(rejection === undefined, `close() resolves; call ${call} rejected with ${String(rejection?.error)}.`)
    }
  },
  'close resolves without any time left, and does not reject': async (bench) => {
    const exported = rejectionOf(bench.export(eventsFrom(1, 3)))
    const rejection = await rejectionOf(closing(bench, { timeoutMs: 0 }))
    must(rejection === undefined, `close() resolves with a report; it rejected with ${String(rejection?.error)}.`)
    await exported
  },
  'close resolves when its signal has aborted, and does not reject': async (bench) => {
    await bench.export(eventsFrom(1, 1))
    const rejection = await rejectionOf(closing(bench, { signal: AbortSignal.abort(new Error('stop')) }))
    must(rejection === undefined, `close() resolves with a report; it rejected with ${String(rejection?.error)}.`)
  },
  'close keeps its limit while the downstream hangs': async (bench) => {
    if (!(await bench.hangDownstream())) return
    void rejectionOf(bench.export(eventsFrom(1, 1)))
    const rejection = await rejectionOf(closing(bench, { timeoutMs: 20 }))
    must(rejection === undefined, `close() resolves with a report; it rejected with ${String(rejection?.error)}.`)
  },
  'close waits for the exports that have begun': async (bench) => {
    const events = eventsFrom(1, 3)
    const exported = bench.export(events)
    await closing(bench)
    await exported
    await bench.mustHave(events, 'after close()')
  },
  'an export after close is refused': async (bench) => {
    if (bench.exporter.close === undefined) return
    await bench.exporter.close()
    const rejection = await rejectionOf(bench.export(eventsFrom(1, 1)))
    must(rejection !== undefined, 'export() after close() rejects, so that nothing is lost unseen; it resolved.')
  },
}

/** The rules while the downstream is broken. */
export const OUTAGE_CASES: Cases = {
  'an export that is not written rejects': async (bench) => {
    await bench.breakDownstream()
    const rejection = await rejectionOf(bench.export(eventsFrom(1, 2)))
    must(rejection !== undefined, 'export() rejects while its downstream is broken; it resolved.')
  },
  'it rejects with an error': async (bench) => {
    await bench.breakDownstream()
    const rejection = await rejectionOf(bench.export(eventsFrom(1, 2)))
    const isError = rejection === undefined || rejection.error instanceof Error
    must(isError, `an error says what happened; it rejected with ${String(rejection?.error)}.`)
  },
  'an outage does not refuse a batch for good': async (bench) => {
    await bench.breakDownstream()
    const rejection = await rejectionOf(bench.export(eventsFrom(1, 2)))
    const isRefusal = rejection !== undefined && !isRetryableDelivery(rejection.error)
    must(
      !isRefusal,
      'an outage passes, so its error must not have `retryable: false` or a status that refuses it for good.',
    )
  },
  'a batch that failed is written when it comes again after the outage': async (bench) => {
    const events = eventsFrom(1, 3)
    await bench.breakDownstream()
    const batch = [...events]
    await rejectionOf(bench.exporter.export(batch))
    await bench.repairDownstream()
    const rejection = await rejectionOf(bench.exporter.export(batch))
    must(rejection === undefined, `the downstream works again; it rejected with ${String(rejection?.error)}.`)
    await bench.flush()
    await bench.mustHave(events, 'after the outage', true)
  },
}

async function closing(bench: ContractBench, wait?: WaitOptions): Promise<void> {
  await bench.exporter.close?.(wait)
}
