import { isRetryableDelivery } from '@stageflow/buffer'
import type { StageflowEvent } from '@stageflow/core'
import type { WaitOptions } from '@stageflow/core/kit'
import { isError } from '@stageflow/core/kit'
import { eventWith, eventsFrom, must, mustResolve, rejectionOf } from './contract-bench.ts'
import type { ContractBench, ExporterRule } from './contract-bench.ts'

type Cases = Readonly<Record<string, ExporterRule>>

const LARGE = 1_000
/** More than most servers take in one request. */
const ANY_SIZE = 12_000
const AT_ONCE = 10

const RESOLVE_LATER = 'Resolve the promise of export() only once the whole batch is written.'
const IN_TURN =
  'Write batches in the order of the calls, and the events of a batch in their order: each call waits for the one before.'
const ONE_PLACE =
  "Give each call of export() its own state, or let it wait for its turn. Don't drop a batch because another one is being written."
const CLOSE_REPORTS = 'Catch what is behind in close(), and return it as the error of its report.'

/** The rules while the downstream works. */
export const CASES: Cases = {
  'an export that has resolved is written': {
    mend: RESOLVE_LATER,
    check: async (bench) => {
      const events = eventsFrom(1, 2)
      await bench.export(events)
      await bench.mustHave(events, 'once export() has resolved,')
    },
  },
  'events arrive in order, within a batch and from batch to batch': {
    mend: IN_TURN,
    check: async (bench) => {
      const sizes = [3, 2, 1]
      let first = 1
      for (const count of sizes) {
        await bench.export(eventsFrom(first, count))
        first += count
      }
      await bench.flush()
      const arrived = (await bench.arrived()).join(', ')
      const wanted = eventsFrom(1, first - 1).map(({ type }) => type)
      must(arrived === wanted.join(', '), `the order must be ${wanted.join(', ')}; it is ${arrived}.`)
    },
  },
  'a large batch is written completely': {
    mend: 'Split a batch that is too large for what is behind, and write all of its parts.',
    check: async (bench) => {
      const events = eventsFrom(1, LARGE)
      await bench.export(events)
      await bench.flush()
      await bench.mustHave(events, `of a batch of ${LARGE}`)
    },
  },
  'a batch of any size is written completely': {
    mend: 'Write all of a batch, in parts if it is too large for what is behind. Reject if it cannot be written: a promise that resolves says that it is.',
    check: async (bench) => {
      const events = eventsFrom(1, ANY_SIZE)
      await bench.export(events)
      await bench.flush()
      await bench.mustHave(events, `of a batch of ${ANY_SIZE}`)
    },
  },
  'an event arrives whole: its data, its number and its run': {
    mend: 'Write of each event its own type, seq, pipelineRunId and data.',
    check: async (bench) => {
      const batches = wholeBatches()
      for (const batch of batches) await bench.export(batch)
      await bench.flush()
      await bench.mustHaveFields(batches.flat())
    },
  },
  'an empty batch resolves, and writes nothing': {
    mend: 'Return at once for an empty batch: if (events.length === 0) return.',
    check: async (bench) => {
      await mustResolve(bench.export([]), 'export([])')
      await bench.mustHave([], 'after an empty batch')
    },
  },
  'every event of overlapping exports is written once': {
    mend: ONE_PLACE,
    check: async (bench) => {
      const events = eventsFrom(1, AT_ONCE * 3)
      const batches = Array.from({ length: AT_ONCE }, (_, index) => events.slice(index * 3, index * 3 + 3))
      await Promise.all(batches.map((batch) => bench.export(batch)))
      await bench.flush()
      await bench.mustHave(events, `after ${AT_ONCE} exports at once`)
    },
  },
  'a frozen batch is written: batches are frozen': {
    mend: "Don't change the batch or its events, which others read too: copy them first.",
    check: async (bench) => {
      const events = Object.freeze(eventsFrom(1, 3).map((event) => Object.freeze(event)))
      await mustResolve(bench.exporter.export(events), 'export() of a frozen batch')
      await bench.flush()
      await bench.mustHave(events, 'of a frozen batch')
    },
  },
  'an event whose data JSON cannot write arrives, and so do its neighbors': {
    mend: 'Catch what JSON.stringify throws for an event, write that event without its data, and go on with the next one.',
    check: async (bench) => {
      const events = oddData().map((data, index) => eventWith(index + 1, data))
      const what = 'export() of events with BigInts, circular data, errors, functions and getters that throw'
      await mustResolve(bench.export(events), what)
      await bench.flush()
      await bench.mustHave(events, `after ${what}`)
    },
  },
  'a batch that comes again is accepted again': {
    mend: "Don't refuse a batch that you have seen: its first answer may have been lost. What is behind may tell duplicates apart by pipelineRunId and seq.",
    check: async (bench) => {
      const events = eventsFrom(1, 2)
      const batch = [...events]
      await bench.exporter.export(batch)
      await mustResolve(bench.exporter.export(batch), 'the second export() of the same batch')
      await bench.flush()
      await bench.mustHave(events, 'of a batch that came twice', true)
    },
  },
  'flush resolves, however often it is called and however little there is to do': {
    mend: 'Let flush() wait for what was exported before, and do nothing else.',
    check: async (bench) => {
      for (let call = 1; call <= 3; call++) await mustResolve(bench.flush(), `call ${call} of flush()`)
    },
  },
  'flush keeps its limit while the downstream hangs': {
    mend: 'Stop waiting after timeoutMs, and reject: withinLimit() of @stageflow/core/kit does it.',
    check: async (bench) => {
      if (!(await bench.hangDownstream())) return
      void rejectionOf(bench.export(eventsFrom(1, 1)))
      await rejectionOf(bench.flush({ timeoutMs: 20 }))
      await rejectionOf(closing(bench, { timeoutMs: 0 })) // so that nothing waits for it later
    },
  },
  'close can be called twice': {
    mend: 'Keep the promise of the first close(), and return it again.',
    check: async (bench) => {
      await bench.export(eventsFrom(1, 1))
      for (let call = 1; call <= 2; call++) await mustResolve(closing(bench), `call ${call} of close()`)
    },
  },
  'close resolves without any time left, and does not reject': {
    mend: CLOSE_REPORTS,
    check: async (bench) => {
      const exported = rejectionOf(bench.export(eventsFrom(1, 3)))
      await mustResolve(closing(bench, { timeoutMs: 0 }), 'close({ timeoutMs: 0 })')
      await exported
    },
  },
  'close resolves when its signal has aborted, and does not reject': {
    mend: CLOSE_REPORTS,
    check: async (bench) => {
      await bench.export(eventsFrom(1, 1))
      const signal = AbortSignal.abort(new Error('stop'))
      await mustResolve(closing(bench, { signal }), 'close({ signal }) with an aborted signal')
    },
  },
  'close keeps its limit while the downstream hangs': {
    mend: `Stop waiting after timeoutMs: withinLimit() of @stageflow/core/kit does it. ${CLOSE_REPORTS}`,
    check: async (bench) => {
      if (!(await bench.hangDownstream())) return
      void rejectionOf(bench.export(eventsFrom(1, 1)))
      await mustResolve(closing(bench, { timeoutMs: 20 }), 'close({ timeoutMs: 20 }), while what is behind hangs,')
    },
  },
  'close waits for the exports that have begun': {
    mend: 'Count the exports that have begun, and wait for them in close() before you let go of what is behind.',
    check: async (bench) => {
      const events = eventsFrom(1, 3)
      const exported = bench.export(events)
      await closing(bench)
      await mustResolve(exported, 'an export() that had begun before close()')
      await bench.mustHave(events, 'after close()')
    },
  },
  'close leaves no timer behind': {
    mend: 'Clear in close() what setTimeout and setInterval have set, so that a program can end.',
    check: async (bench) => {
      await bench.export(eventsFrom(1, 3))
      await bench.flush()
      await closing(bench)
      const left = await bench.timers.left()
      must(left.length === 0, `after close() timers are left that were set at ${left.join(', ')}.`)
    },
  },
  'an export after close is refused': {
    mend: 'Reject export() once close() was called, so that no event is lost unseen.',
    check: async (bench) => {
      if (bench.exporter.close === undefined) return
      await bench.exporter.close()
      const rejection = await rejectionOf(bench.export(eventsFrom(1, 1)))
      must(rejection !== undefined, 'export() after close() resolved.')
    },
  },
}

/** The rules while the downstream is broken. */
export const OUTAGE_CASES: Cases = {
  'an export that is not written rejects': {
    mend: 'Let the error of what is behind through: a promise that resolves says that the batch is written.',
    check: async (bench) => {
      await bench.breakDownstream()
      const rejection = await rejectionOf(bench.export(eventsFrom(1, 2)))
      must(rejection !== undefined, 'export() resolved while what is behind was broken.')
    },
  },
  'it rejects with an error': {
    mend: 'Reject with an Error, and keep what you caught as its cause.',
    check: async (bench) => {
      await bench.breakDownstream()
      const rejection = await rejectionOf(bench.export(eventsFrom(1, 2)))
      const isRightly = rejection === undefined || isError(rejection.error)
      must(isRightly, `export() rejected with ${JSON.stringify(rejection?.error)}, which is not an Error.`)
    },
  },
  'no error shows data or secrets': {
    mend: 'Name the events by their number, and the server by its host: errors are logged. Give a cause without the request and its headers.',
    check: async (bench) => {
      await bench.breakDownstream()
      const events = [eventWith(1, { text: WORDS }), { ...eventWith(2, {}), userId: USER }]
      const failed = await rejectionOf(bench.export(events))
      if (failed !== undefined) bench.mustNotShow(failed.error, [WORDS, USER], 'the error of export()')
      const report = (await closing(bench)) as { readonly error?: unknown } | undefined
      bench.mustNotShow(report, [WORDS, USER], 'the report of close()')
      const refused = await rejectionOf(bench.export(events))
      if (refused !== undefined) bench.mustNotShow(refused.error, [WORDS, USER], 'the error of export() after close()')
    },
  },
  'an outage does not refuse a batch for good': {
    mend: 'Set retryable: false only for a batch that can never be written, such as one that the server answers with HTTP 400.',
    check: async (bench) => {
      await bench.breakDownstream()
      const rejection = await rejectionOf(bench.export(eventsFrom(1, 2)))
      const isRefusal = rejection !== undefined && !isRetryableDelivery(rejection.error)
      must(!isRefusal, 'the error has retryable: false, or a status that refuses the batch for good.', rejection?.error)
    },
  },
  'a batch that failed is written when it comes again after the outage': {
    mend: 'Keep no state of a failed batch: connect again, and write the whole batch.',
    check: async (bench) => {
      const events = eventsFrom(1, 3)
      await bench.breakDownstream()
      const batch = [...events]
      await rejectionOf(bench.exporter.export(batch))
      await bench.repairDownstream()
      await mustResolve(bench.exporter.export(batch), 'export() after the outage')
      await bench.flush()
      await bench.mustHave(events, 'after the outage', true)
    },
  },
}

const WORDS = 'words-of-a-user-4711'
const USER = 'user-4712'

async function closing(bench: ContractBench, wait?: WaitOptions): Promise<unknown> {
  return bench.exporter.close?.(wait)
}

/** Events of two runs whose numbers are the same, each with other ids and data. The data of some is facts. */
function wholeBatches(): readonly (readonly StageflowEvent[])[] {
  return ['run-1', 'run-2'].map((run, place) => {
    const words = { text: `Hello from ${run}`, nested: { list: [1, 'two', null, { three: true }] }, zero: 0, no: false }
    // oxlint-disable-next-line no-restricted-globals -- a date in the data of an event
    const at = new Date(86_400_000)
    const facts = { durationMs: 10 + place, attempts: 1 }
    return [
      { ...eventWith(10 * place + 1, words), ...idsOf(run, 1) },
      { ...eventWith(10 * place + 2, { at, missing: undefined, empty: '' }), ...idsOf(run, 2) },
      { ...eventWith(0, facts), ...idsOf(run, 3), type: `stage.s${place}.completed`, stage: `s${place}` },
    ] as StageflowEvent[]
  })
}

const idsOf = (run: string, seq: number): object => ({
  seq,
  pipelineRunId: `contract-${run}`,
  userId: `user-${run}-${seq}`,
  requestId: `request-${run}-${seq}`,
  sessionId: `session-${run}-${seq}`,
})

/** Data that JSON cannot write. */
function oddData(): readonly object[] {
  const circle: Record<string, unknown> = { name: 'circle' }
  circle['self'] = circle
  const throwing = Object.defineProperty({}, 'secret', {
    enumerable: true,
    get: () => {
      throw new Error('no')
    },
  })
  return [{ count: 1n }, circle, throwing, { error: new Error('down') }, { undefined }, { call: () => 1 }]
}
