import { StageflowError } from '@stageflow/core'
import { SINK } from '@stageflow/core/kit'
import { manualClock } from '@stageflow/testing'
import { describe, expect, test } from 'vitest'
import {
  Closing,
  Downstream,
  EventBuffer,
  EventFilter,
  ExportProgress,
  checkBatch,
  closeBranches,
  deliveryReport,
  deliveryRetryPlan,
  filterEnds,
  flushBranches,
  matchEvents,
  recordOf,
  targetProblems,
  valueProblems,
} from './index.ts'

const clock = manualClock()
const make = (): Error => new Error('no')
const random = (): number => 0
const errors = { failed: make, late: make }
const downstream = new Downstream({}, { name: 'the sink', clock, errors })
const buffer = {
  clock,
  maxEntries: 1,
  extraPlaces: { inFlight: 0, last: 0, waiting: 0 },
  overflow: 'block',
  random,
  batchSize: 1,
  flushIntervalMs: 0,
  isDeferred: false,
  retry: deliveryRetryPlan({}, { forMs: 0, random }),
  attemptTimeoutMs: 1,
  deliver: () => {},
  downstream,
  tooSlow: make,
  givenUp: make,
  lateFlush: make,
  lateClose: make,
}
const wrong = Symbol('wrong')
/** Every call of the package that takes options, with legal ones, by the place that messages name. */
const calls: Readonly<Record<string, readonly [legal: object, call: (options: never) => unknown]>> = {
  'new EventBuffer()': [buffer, (options) => new EventBuffer(options)],
  'new EventBuffer(): listener': [
    {
      noteLoss: make,
      reportLoss: make,
      added: make,
      refused: make,
      left: make,
      idle: make,
      ended: make,
      notice: { make, ended: make },
    },
    (listener) => new EventBuffer(buffer as never, listener),
  ],
  'new Downstream(): plan': [{ name: 'the sink', clock, errors }, (plan) => new Downstream({}, plan)],
  'new ExportProgress()': [{ clock, closed: make, late: make }, (plan) => new ExportProgress(plan)],
  'new EventFilter()': [{ include: '*', exclude: [], keepLast: true }, (choice) => new EventFilter(choice)],
  'filterEnds()': [
    {
      filter: new EventFilter({}),
      downstream,
      closing: new Closing(),
      delivered: () => 0,
      illegalOption: 'sink/illegal-option',
    },
    filterEnds,
  ],
  'deliveryRetryPlan(): retry': [
    { attempts: 1, forMs: 1, backoff: 'linear', baseMs: 1, capMs: 1, jitter: 'none', isRetryable: () => true },
    (retry) => deliveryRetryPlan(retry, { forMs: 0, random }),
  ],
  'deliveryRetryPlan(): defaults': [{ forMs: 0, random }, (defaults) => deliveryRetryPlan({}, defaults)],
  'deliveryReport(): handedOn': [
    { delivered: 1, lost: 0, notices: 0 },
    (handedOn) => deliveryReport({ error: undefined, report: undefined }, handedOn),
  ],
}

/** What a call throws; undefined if it doesn't. */
function thrownBy(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

function expectRefusal(call: () => unknown, place: string): void {
  const error = thrownBy(call)
  expect(StageflowError.is(error, 'buffer/illegal-option')).toBe(true)
  expect((error as Error).message).toContain(place)
}

describe.each(Object.entries(calls))('%s', (place, [legal, call]) => {
  test('takes what is legal', () => {
    expect(thrownBy(() => call(legal as never))).toBe(undefined)
  })

  test.each([[null], [7], ['text'], [[]]])('refuses %o (buffer/illegal-option)', (given) => {
    expectRefusal(() => call(given as never), place)
  })

  test.each(Object.keys(legal))('refuses a wrong type of %s, by its name', (name) => {
    const error = thrownBy(() => call({ ...legal, [name]: wrong } as never)) as Error
    expectRefusal(() => call({ ...legal, [name]: wrong } as never), `${name} must be`)
    expect(error.message).toContain(place.replace(/:.*/, ''))
  })

  test('refuses a name that it does not know', () => {
    expectRefusal(() => call({ ...legal, nope: 1 } as never), 'nope')
  })
})

const plan = { name: 'the sink', clock, errors }
const branches = [{ name: 'log', downstream }]
const several = (): Error => new Error('several')
test.each<[place: string, call: () => unknown, problem: string]>([
  ['matchEvents(7)', () => matchEvents(7 as never), 'matchEvents(): patterns must be a type such as'],
  ['matchEvents()', () => matchEvents(undefined as never), 'a list of them, not undefined'],
  ['recordOf({})', () => recordOf({} as never), 'recordOf(): entries must be an array of names and values'],
  ['targetProblems()', () => targetProblems('log' as never, {}, 7 as never), "noun must be one of 'sink', 'exporter'"],
  ['a Downstream of 7', () => new Downstream(7 as never, plan), 'what is behind must be a sink or an exporter'],
  ['a Downstream of an array', () => new Downstream([] as never, plan), 'what is behind must be a sink or an exporter'],
  [
    'a Downstream whose flush is 7',
    () => new Downstream({ flush: 7 } as never, plan),
    'whose flush and close are functions',
  ],
  [
    'a Downstream whose close is 7',
    () => new Downstream({ close: 7 } as never, plan),
    'whose flush and close are functions',
  ],
  ['valueProblems()', () => valueProblems('it', 7, {} as never), 'rule must be a rule such as SINK'],
  [
    'a missing plan of a Downstream',
    () => new Downstream({}, undefined as never),
    'plan must be an object, not undefined',
  ],
  ['deliveryRetryPlan()', () => deliveryRetryPlan(undefined, undefined as never), 'defaults must be an object'],
  ['deliveryReport()', () => deliveryReport(7 as never, { delivered: 0, lost: 0 }), 'ended must be an object, not 7'],
  ['close() of a Closing', () => new Closing().close(7 as never), 'end must be a function () => Promise, not 7'],
])('%s is refused', (_, call, problem) => {
  expectRefusal(call, problem)
})

test.each<[place: string, call: () => Promise<unknown>, problem: string]>([
  ['flushBranches', () => flushBranches({} as never, {}, several), 'branches must be an array of branches'],
  ['flushBranches', () => flushBranches(branches, { timeoutMs: -1 }, several), 'wait must be the limits of a wait'],
  ['flushBranches', () => flushBranches(branches, {}, 7 as never), 'several must be a function'],
  ['closeBranches', () => closeBranches([7] as never, {}, () => 1), 'branches must be an array of branches'],
  ['closeBranches', () => closeBranches(branches, {}, 7 as never), 'reportOf must be a function'],
  ['Downstream.flush', () => downstream.flush(undefined as never), 'flush(): the options must be an object'],
  ['Downstream.close', () => downstream.close({ timeoutMs: 'soon' } as never), 'close(): timeoutMs must be a number'],
  ['Downstream.flushWithin', () => downstream.flushWithin(7 as never), 'flushWithin(): the options must be an object'],
  [
    'Downstream.closeWithin',
    () => downstream.closeWithin({ nope: 1 } as never),
    'closeWithin(): unknown option "nope"',
  ],
  ['EventBuffer.flush', () => new EventBuffer(buffer as never).flush(7 as never), 'flush(): the options must be'],
  ['EventBuffer.close', () => new EventBuffer(buffer as never).close(7 as never), 'close(): the options must be'],
  ['ExportProgress.flush', () => progress().flush({}, 7 as never), 'flush(): end must be a function'],
  ['ExportProgress.close', () => progress().close(7 as never), 'close(): the options must be an object, not 7'],
  [
    'ExportProgress.export',
    () => progress().export(-1, async () => {}),
    'events must be a whole number from 0, not -1',
  ],
  ['ExportProgress.export', () => progress().export(1, 7 as never), 'export(): write must be a function'],
])('%s rejects', async (_, call, problem) => {
  const error = await call().catch((thrown: unknown) => thrown)
  expectRefusal(() => {
    throw error
  }, problem)
})

const progress = (): ExportProgress => new ExportProgress({ clock, closed: make, late: make })

test('a batch that is not an array, and other options than an object, are refused with the code of the exporter', () => {
  const { signal } = new AbortController()
  expect(() => checkBatch('file/illegal-option', [], { signal })).not.toThrow()
  expect(() => checkBatch('file/illegal-option', [])).not.toThrow()
  for (const given of [undefined, 7, {}, 'text'])
    expect(() => checkBatch('file/illegal-option', given)).toThrow(
      expect.objectContaining({
        code: 'file/illegal-option',
        message: expect.stringContaining('export(): events must be an array of events, such as [event], not'),
      }),
    )
  for (const options of [null, 7, { signal: 7 }])
    expect(() => checkBatch('file/illegal-option', [], options)).toThrow(
      'options must be an object with an AbortSignal',
    )
})

test('the rules of the kit are legal rules', () => {
  expect(valueProblems('the sink', 7, SINK)).toEqual(['the sink must be an event sink with emit(), tryEmit(), not 7'])
})
