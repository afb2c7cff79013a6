import { setInterval as every } from 'node:timers'

import type { StageflowEvent } from '@stageflow/core'

import type { ExporterUnderTest } from '../src/contract.ts'
import type { Exporter } from '../src/exporter.ts'

/** An exporter with all its methods. */
type Whole = Required<Omit<Exporter, 'core'>>

/** What a broken exporter does in another way than a correct one. */
export type Twin = (whole: Whole, downstream: Downstream) => Partial<Exporter>

/** A broken exporter, and the case that fails first for it, or why no case does. */
export type ExporterMutant = {
  readonly name: string
  /** What it does wrong. */
  readonly does: string
  readonly twin: Twin
} & (
  | { readonly caughtBy: string; readonly alsoCaughtBy?: readonly string[]; readonly notOurs?: undefined }
  | { readonly caughtBy?: undefined; readonly alsoCaughtBy?: undefined; readonly notOurs: string }
)

type Events = readonly StageflowEvent[]

const ANY_SIZE = 'a batch of any size is written completely'
const WHOLE = 'an event arrives whole: its data, its number and its run'
const TIMERS = 'close leaves no timer behind'
const SECRETS = 'no error shows data or secrets'
const API_KEY = 'key-of-the-server-4713'

export interface Downstream {
  readonly written: StageflowEvent[]
  isBroken: boolean
  isHanging: boolean
}

/** An exporter that keeps every rule: it writes in its turn, a moment later. */
function good(downstream: Downstream): Whole {
  let last = Promise.resolve()
  let isClosed = false
  return {
    export(events) {
      if (isClosed) return Promise.reject(new Error('closed'))
      const turn = last.then(async () => {
        await Promise.resolve()
        if (downstream.isHanging) await new Promise(() => {})
        if (downstream.isBroken) throw new Error('down')
        downstream.written.push(...events)
      })
      last = turn.catch(() => {})
      return turn
    },
    async flush() {
      if (!downstream.isHanging) await last
    },
    async close() {
      isClosed = true
      if (!downstream.isHanging) await last
    },
  }
}

export function subject(twin: (whole: Whole, downstream: Downstream) => Exporter): ExporterUnderTest {
  const downstream: Downstream = { written: [], isBroken: false, isHanging: false }
  return {
    exporter: twin(good(downstream), downstream),
    written: () => downstream.written,
    breakDownstream: () => void (downstream.isBroken = true),
    repairDownstream: () => void (downstream.isBroken = false),
    hangDownstream: () => void (downstream.isHanging = true),
    secrets: [API_KEY],
  }
}

/** Writes something else than the events. */
const changing =
  (change: (event: StageflowEvent) => object): Twin =>
  (whole) => ({
    export: (events) => whole.export(events.map((event) => (isOdd(event) ? event : change(event))) as StageflowEvent[]),
  })

/** Whether JSON cannot hold the event: that is the subject of another case. */
function isOdd(event: StageflowEvent): boolean {
  try {
    JSON.stringify(event)
    return false
  } catch {
    return true
  }
}

/** Rejects with this error while the downstream is broken. */
const failing =
  (errorOf: (events: Events) => Error): Twin =>
  (whole, downstream) => ({
    export: (events) => (downstream.isBroken ? Promise.reject(errorOf(events)) : whole.export(events)),
  })

export const mutants: readonly ExporterMutant[] = [
  {
    name: 'answers-early',
    does: 'resolves export() before the batch is written',
    caughtBy: 'an export that has resolved is written',
    twin: (whole, downstream) => {
      let later = Promise.resolve()
      let isClosed = false
      return {
        export(events) {
          if (downstream.isBroken || isClosed) return whole.export(events)
          const copy = [...events]
          later = later.then(() => new Promise<void>((resolve) => setImmediate(resolve))).then(() => whole.export(copy))
          return Promise.resolve()
        },
        flush: () => (downstream.isHanging ? Promise.resolve() : later),
        close() {
          isClosed = true
          const closed = later.then(() => whole.close())
          return downstream.isHanging ? Promise.resolve() : closed
        },
      }
    },
  },
  {
    name: 'reverses',
    does: 'writes a batch from its end',
    caughtBy: 'events arrive in order, within a batch and from batch to batch',
    twin: (whole) => ({
      export: (events) => whole.export([...events].reverse()),
    }),
  },
  {
    name: 'cuts-at-500',
    does: 'writes the first 500 events of a batch',
    caughtBy: 'a large batch is written completely',
    alsoCaughtBy: [ANY_SIZE],
    twin: (whole) => ({ export: (events) => whole.export(events.slice(0, 500)) }),
  },
  {
    name: 'rejects-nothing',
    does: 'rejects an empty batch',
    caughtBy: 'an empty batch resolves, and writes nothing',
    twin: (whole) => ({
      export: (events) => (events.length === 0 ? Promise.reject(new Error('nothing to do')) : whole.export(events)),
    }),
  },
  {
    name: 'busy-drops',
    does: 'drops a batch while another one is written',
    caughtBy: 'every event of overlapping exports is written once',
    twin: (whole) => {
      let isBusy = false
      return {
        async export(events) {
          if (isBusy) return
          isBusy = true
          await whole.export(events).finally(() => (isBusy = false))
        },
      }
    },
  },
  {
    name: 'empties-batch',
    does: 'empties the array that it was given',
    caughtBy: 'a frozen batch is written: batches are frozen',
    twin: (whole) => ({
      async export(events) {
        await whole.export(events)
        ;(events as StageflowEvent[]).length = 0
      },
    }),
  },
  {
    name: 'json-throws',
    does: 'throws for data that JSON cannot hold',
    caughtBy: 'an event whose data JSON cannot write arrives, and so do its neighbors',
    twin: (whole) => ({
      async export(events) {
        JSON.stringify(events)
        await whole.export(events)
      },
    }),
  },
  {
    name: 'refuses-duplicates',
    does: 'refuses a batch that it has written before',
    caughtBy: 'a batch that comes again is accepted again',
    twin: (whole) => {
      const seen = new Set<string>()
      return {
        async export(events) {
          const types = events.map(({ type }) => type).join()
          if (seen.has(types)) throw new Error('a duplicate')
          await whole.export(events)
          seen.add(types)
        },
      }
    },
  },
  {
    name: 'flush-once',
    does: 'rejects the second flush()',
    caughtBy: 'flush resolves, however often it is called and however little there is to do',
    twin: () => {
      let calls = 0
      return { flush: () => (++calls > 1 ? Promise.reject(new Error('again?')) : Promise.resolve()) }
    },
  },
  {
    name: 'close-once',
    does: 'rejects the second close()',
    caughtBy: 'close can be called twice',
    twin: (whole) => {
      let calls = 0
      return { close: () => (++calls > 1 ? Promise.reject(new Error('closed')) : whole.close()) }
    },
  },
  {
    name: 'close-needs-time',
    does: 'rejects close() without any time',
    caughtBy: 'close resolves without any time left, and does not reject',
    twin: (whole) => ({
      close: (wait) => (wait?.timeoutMs === 0 ? Promise.reject(new Error('no time')) : whole.close()),
    }),
  },
  {
    name: 'close-rejects-abort',
    does: 'rejects close() with the reason of its signal',
    caughtBy: 'close resolves when its signal has aborted, and does not reject',
    twin: (whole) => ({
      async close(wait) {
        wait?.signal?.throwIfAborted()
        await whole.close()
      },
    }),
  },
  {
    name: 'close-rejects-late',
    does: 'rejects close() if the downstream hangs',
    caughtBy: 'close keeps its limit while the downstream hangs',
    twin: (whole, downstream) => ({
      close: () => (downstream.isHanging ? Promise.reject(new Error('too slow')) : whole.close()),
    }),
  },
  {
    name: 'close-forgets',
    does: 'loses the exports that have begun before close()',
    caughtBy: 'close waits for the exports that have begun',
    twin: (whole) => {
      let isClosed = false
      return {
        async export(events) {
          if (isClosed) throw new Error('closed')
          await Promise.resolve()
          if (!isClosed) await whole.export(events)
        },
        close: () => Promise.resolve(void (isClosed = true)),
      }
    },
  },
  {
    name: 'loses-when-closed',
    does: 'resolves an export after close(), and writes nothing',
    caughtBy: 'an export after close is refused',
    twin: (whole) => {
      let isClosed = false
      return {
        export: (events) => (isClosed ? Promise.resolve() : whole.export(events)),
        close() {
          isClosed = true
          return whole.close()
        },
      }
    },
  },
  {
    name: 'hides-outage',
    does: 'resolves an export that could not be written',
    caughtBy: 'an export that is not written rejects',
    twin: (whole, downstream) => ({
      export: (events) => (downstream.isBroken ? Promise.resolve() : whole.export(events)),
    }),
  },
  {
    name: 'rejects-text',
    does: 'rejects with a string',
    caughtBy: 'it rejects with an error',
    twin: (whole, downstream) => ({
      export: (events) => (downstream.isBroken ? Promise.reject('down') : whole.export(events)),
    }),
  },
  {
    name: 'refuses-for-good',
    does: 'marks an outage as retryable: false',
    caughtBy: 'an outage does not refuse a batch for good',
    twin: (whole, downstream) => ({
      export(events) {
        const refusal = Object.assign(new Error('down'), { retryable: false })
        return downstream.isBroken ? Promise.reject(refusal) : whole.export(events)
      },
    }),
  },
  {
    name: 'stays-down',
    does: 'rejects every export after an outage',
    caughtBy: 'a batch that failed is written when it comes again after the outage',
    twin: (whole, downstream) => {
      let hasFailed = false
      return {
        export(events) {
          hasFailed ||= downstream.isBroken
          return hasFailed ? Promise.reject(new Error('still down')) : whole.export(events)
        },
      }
    },
  },
  ...[5_000, 10_000].map((most) => ({
    name: `cuts-at-${most}`,
    does: `writes the first ${most} events of a batch`,
    caughtBy: ANY_SIZE,
    twin: (whole: Whole) => ({ export: (events: Events) => whole.export(events.slice(0, most)) }),
  })),
  {
    name: 'cuts-at-20000',
    does: 'writes the first 20,000 events of a batch',
    notOurs: 'The largest batch of the suite has 12,000 events. BufferedExporter makes batches of batchSize events.',
    twin: (whole) => ({ export: (events) => whole.export(events.slice(0, 20_000)) }),
  },
  {
    name: 'no-data',
    does: 'writes events without their data',
    caughtBy: WHOLE,
    twin: changing((event) => ({ ...event, data: {} })),
  },
  {
    name: 'data-of-the-first',
    does: 'writes the data of the first event of a batch with all of them',
    caughtBy: WHOLE,
    twin: (whole) => ({
      export: (events) => whole.export(events.map((event) => ({ ...event, data: events[0]?.data }) as StageflowEvent)),
    }),
  },
  {
    name: 'shallow-data',
    does: 'leaves objects out of data',
    caughtBy: WHOLE,
    twin: changing((event) => ({
      ...event,
      data: Object.fromEntries(Object.entries(event.data).filter(([, value]) => typeof value !== 'object')),
    })),
  },
  {
    name: 'no-falsy-data',
    does: 'leaves 0, false and empty strings out of data',
    caughtBy: WHOLE,
    twin: changing((event) => ({
      ...event,
      data: Object.fromEntries(Object.entries(event.data).filter(([, value]) => Boolean(value))),
    })),
  },
  {
    name: 'no-run',
    does: 'loses the run id',
    caughtBy: WHOLE,
    twin: changing(({ pipelineRunId: _run, ...event }) => event),
  },
  {
    name: 'run-of-the-first',
    does: 'writes the run id of the first event that it was given with all of them',
    caughtBy: WHOLE,
    twin: (whole) => {
      let pipelineRunId: string | undefined
      return {
        export(events) {
          pipelineRunId ??= events[0]?.pipelineRunId
          return whole.export(events.map((event) => ({ ...event, pipelineRunId }) as StageflowEvent))
        },
      }
    },
  },
  {
    name: 'no-number',
    does: 'loses the number of an event in its run',
    caughtBy: WHOLE,
    twin: changing(({ seq: _seq, ...event }) => event),
  },
  {
    name: 'own-number',
    does: 'counts events itself',
    caughtBy: WHOLE,
    twin: (whole) => {
      let count = 0
      return { export: (events) => whole.export(events.map((event) => ({ ...event, seq: count++ }))) }
    },
  },
  {
    name: 'user-of-the-first',
    does: 'writes the user of the first event of a batch with all of them',
    caughtBy: WHOLE,
    twin: (whole) => ({
      export: (events) =>
        whole.export(events.map((event) => ({ ...event, userId: events[0]?.userId }) as StageflowEvent)),
    }),
  },
  {
    name: 'interval-left',
    does: 'sets a global interval when it is made, and leaves it behind',
    caughtBy: TIMERS,
    twin: () => {
      setInterval(() => {}, 60_000).unref()
      return {}
    },
  },
  {
    name: 'interval-of-node-timers',
    does: 'sets an interval of node:timers with the first export, and leaves it behind',
    caughtBy: TIMERS,
    twin: (whole) => {
      let interval: NodeJS.Timeout | undefined
      return {
        export(events) {
          interval ??= every(() => {}, 60_000).unref()
          return whole.export(events)
        },
      }
    },
  },
  {
    name: 'timeout-left',
    does: 'sets a timer of a minute with each export, and clears none',
    caughtBy: TIMERS,
    twin: (whole) => ({
      export(events) {
        setTimeout(() => {}, 60_000).unref()
        return whole.export(events)
      },
    }),
  },
  {
    name: 'data-in-error',
    does: 'shows the events that it could not write in its error',
    caughtBy: SECRETS,
    twin: failing((events) => new Error(`could not write ${JSON.stringify(events)}`)),
  },
  {
    name: 'user-in-error',
    does: 'shows the users of the events in its error',
    caughtBy: SECRETS,
    twin: failing((events) => new Error(`could not write events of ${events.map(({ userId }) => userId).join()}`)),
  },
  {
    name: 'request-in-cause',
    does: 'has a cause with the body of the request',
    caughtBy: SECRETS,
    twin: failing((events) => new Error('down', { cause: { body: JSON.stringify(events) } })),
  },
  {
    name: 'batch-in-error',
    does: 'has the batch as a field of its error',
    caughtBy: SECRETS,
    twin: failing((events) => Object.assign(new Error('down'), { events })),
  },
  {
    name: 'key-in-error',
    does: 'shows the API key of its server in its error',
    caughtBy: SECRETS,
    twin: failing(() => new Error(`https://${API_KEY}@events.example answered 503`)),
  },
]
