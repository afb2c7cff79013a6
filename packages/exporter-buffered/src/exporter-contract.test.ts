import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { describe, expect, test } from 'vitest'

import { exporterContract } from './contract.ts'
import type { ExporterUnderTest } from './contract.ts'
import type { Exporter } from './exporter.ts'
import { fanOutExporter, filterExporter } from './index.ts'

interface Downstream {
  readonly written: StageflowEvent[]
  isBroken: boolean
  isHanging: boolean
}

/** An exporter that keeps every rule: it writes in its turn, a moment later. */
function good(downstream: Downstream): Required<Exporter> {
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

function subject(twin: (whole: Required<Exporter>, downstream: Downstream) => Exporter): ExporterUnderTest {
  const downstream: Downstream = { written: [], isBroken: false, isHanging: false }
  return {
    exporter: twin(good(downstream), downstream),
    written: () => downstream.written,
    breakDownstream: () => void (downstream.isBroken = true),
    repairDownstream: () => void (downstream.isBroken = false),
    hangDownstream: () => void (downstream.isHanging = true),
  }
}

describe('a good exporter passes', () => {
  for (const { name, run } of exporterContract(() => subject((whole) => whole))) test(name, run)
})

describe('one without flush and close passes', () => {
  const create = () => subject(({ export: write }) => ({ export: write }))
  for (const { name, run } of exporterContract(create)) test(name, run)
})

describe('composite exporters pass', () => {
  const create = () => subject((whole) => fanOutExporter({ whole, other: { export: () => Promise.resolve() } }))
  for (const { name, run } of exporterContract(create)) test(name, run)
})

describe('filter exporters pass', () => {
  const create = () => subject((whole) => filterExporter(whole, { include: ['contract.*'], exclude: [/^other/] }))
  for (const { name, run } of exporterContract(create)) test(name, run)
})

// Exporters with one fault each, by the one case that has to find it.
type Twin = (whole: Required<Exporter>, downstream: Downstream) => Partial<Exporter>
const twins: Readonly<Record<string, Twin>> = {
  'an export that has resolved is written': (whole, downstream) => {
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
  'events arrive in order, within a batch and from batch to batch': (whole) => ({
    export: (events) => whole.export([...events].reverse()),
  }),
  'a large batch is written completely': (whole) => ({ export: (events) => whole.export(events.slice(0, 500)) }),
  'an empty batch resolves, and writes nothing': (whole) => ({
    export: (events) => (events.length === 0 ? Promise.reject(new Error('nothing to do')) : whole.export(events)),
  }),
  'every event of overlapping exports is written once': (whole) => {
    let isBusy = false
    return {
      async export(events) {
        if (isBusy) return
        isBusy = true
        await whole.export(events).finally(() => (isBusy = false))
      },
    }
  },
  'a frozen batch is written: batches are frozen': (whole) => ({
    async export(events) {
      await whole.export(events)
      ;(events as StageflowEvent[]).length = 0
    },
  }),
  'an event whose data JSON cannot write arrives, and so do its neighbors': (whole) => ({
    async export(events) {
      JSON.stringify(events)
      await whole.export(events)
    },
  }),
  'a batch that comes again is accepted again': (whole) => {
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
  'flush resolves, however often it is called and however little there is to do': () => {
    let calls = 0
    return { flush: () => (++calls > 1 ? Promise.reject(new Error('again?')) : Promise.resolve()) }
  },
  'close can be called twice': (whole) => {
    let calls = 0
    return { close: () => (++calls > 1 ? Promise.reject(new Error('closed')) : whole.close()) }
  },
  'close resolves without any time left, and does not reject': (whole) => ({
    close: (wait) => (wait?.timeoutMs === 0 ? Promise.reject(new Error('no time')) : whole.close()),
  }),
  'close resolves when its signal has aborted, and does not reject': (whole) => ({
    async close(wait) {
      wait?.signal?.throwIfAborted()
      await whole.close()
    },
  }),
  'close keeps its limit while the downstream hangs': (whole, downstream) => ({
    close: () => (downstream.isHanging ? Promise.reject(new Error('too slow')) : whole.close()),
  }),
  'close waits for the exports that have begun': (whole) => {
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
  'an export after close is refused': (whole) => {
    let isClosed = false
    return {
      export: (events) => (isClosed ? Promise.resolve() : whole.export(events)),
      close() {
        isClosed = true
        return whole.close()
      },
    }
  },
  'an export that is not written rejects': (whole, downstream) => ({
    export: (events) => (downstream.isBroken ? Promise.resolve() : whole.export(events)),
  }),
  'it rejects with an error': (whole, downstream) => ({
    export: (events) => (downstream.isBroken ? Promise.reject('down') : whole.export(events)),
  }),
  'an outage does not refuse a batch for good': (whole, downstream) => ({
    export(events) {
      const refusal = Object.assign(new Error('down'), { retryable: false })
      return downstream.isBroken ? Promise.reject(refusal) : whole.export(events)
    },
  }),
  'a batch that failed is written when it comes again after the outage': (whole, downstream) => {
    let hasFailed = false
    return {
      export(events) {
        hasFailed ||= downstream.isBroken
        return hasFailed ? Promise.reject(new Error('still down')) : whole.export(events)
      },
    }
  },
}

async function brokenCases(twin: Twin): Promise<readonly string[]> {
  const contract = exporterContract(() => subject((whole, downstream) => ({ ...whole, ...twin(whole, downstream) })))
  const broken: string[] = []
  for (const { name, run } of contract) {
    const error = await run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (error === undefined) continue
    expect(StageflowError.is(error, 'exporter-buffered/contract'), String(error)).toBe(true)
    expect((error as Error).message).toContain(`The exporter breaks the rule "${name}": `)
    broken.push(name)
  }
  return broken
}

test.each(Object.entries(twins))('%s: an exporter with just this fault breaks just this case', async (name, twin) => {
  expect(await brokenCases(twin)).toEqual([name])
})

test('there is such an exporter for each case', () => {
  const cases = exporterContract(() => subject((whole) => whole)).map(({ name }) => name)
  expect([...Object.keys(twins), FLUSHES_IN_TIME].sort()).toEqual([...cases].sort())
})

// Apart from the others, because its exporter takes all of the time of a case.
const FLUSHES_IN_TIME = 'flush keeps its limit while the downstream hangs'
test('an exporter whose flush waits for what hangs breaks its case', async () => {
  const create = () => subject((whole) => ({ ...whole, flush: () => new Promise<void>(() => {}) }))
  const found = exporterContract(create, { timeoutMs: 20 }).find(({ name }) => name === FLUSHES_IN_TIME)
  await expect(found?.run()).rejects.toThrow('it did not answer within 20 ms. Stop waiting after timeoutMs, and reject')
})

test('an exporter that hangs breaks its case in time (exporter-buffered/contract)', async () => {
  const hanging = () => subject(() => ({ export: () => new Promise<void>(() => {}) }))
  const [first] = exporterContract(hanging, { timeoutMs: 20 })
  await expect(first?.run()).rejects.toThrow(
    'it did not answer within 20 ms. Resolve the promise of export() only once the whole batch is written.',
  )
})

test('a message has the rule, what was seen, and what to do', async () => {
  const [first] = exporterContract(() => subject(() => ({ export: () => Promise.resolve() })))
  await expect(first?.run()).rejects.toMatchObject({
    message:
      'The exporter breaks the rule "an export that has resolved is written": once export() has resolved, the events [contract.e1, contract.e2] must have arrived once; what arrived is []. Resolve the promise of export() only once the whole batch is written.',
  })
})

test('without a way to break the downstream, the cases of outages say so, and can be left out', async () => {
  const create = () => ({ exporter: { export: () => Promise.resolve() }, written: () => [] })
  const outage = exporterContract(create).at(-1)
  await expect(outage?.run()).rejects.toThrow('{ outages: false }')
  expect(exporterContract(create, { outages: false })).toHaveLength(exporterContract(create).length - 4)
})

test('the function that makes the exporter is needed, and options are checked', () => {
  expect(() => exporterContract(undefined as never)).toThrow('exporterContract() takes a function')
  const create = () => subject((whole) => whole)
  const options: unknown = { outage: false, outages: 0, timeoutMs: NaN }
  expect(() => exporterContract(create, options as object)).toThrow(
    'exporterContract(): outages must be true or false, not 0; timeoutMs must be a number of milliseconds from 0, or Infinity, not NaN; unknown option "outage" (did you mean "outages"? known: outages, timeoutMs).',
  )
})

test('end is called after each case, even if it fails', async () => {
  const ended: string[] = []
  const create = () => ({
    ...subject(() => ({ export: () => Promise.reject(new Error('no')) })),
    end: () => void ended.push('end'),
  })
  const [first] = exporterContract(create)
  await expect(first?.run()).rejects.toThrow('no')
  expect(ended).toEqual(['end'])
})
