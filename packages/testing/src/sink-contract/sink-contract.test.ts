import { StageflowError } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { describe, expect, test } from 'vitest'
import { isHeavy } from '../../../core/test/property-settings.ts'
import { batching, mutants } from '../../test/sink-mutants.ts'
import { sinkContract, type CreateSink } from '../contract.ts'
import { recordingSink } from '../index.ts'
import { sinkCases } from './sink-contract.ts'

const correct: Readonly<Record<string, CreateSink>> = {
  'a recording sink': () => {
    const sink = recordingSink()
    return { sink, arrived: () => sink.events }
  },
  'a sink that writes in batches': batching,
  'a sink that is made and read asynchronously': async (clock) => {
    const { sink, events } = batching(clock)
    return { sink, arrived: async () => events }
  },
  'a sink that waits for each event': (clock) => {
    const events: StageflowEvent[] = []
    let writing = Promise.resolve()
    const emit = (event: StageflowEvent): Promise<void> =>
      (writing = writing.then(async () => {
        await clock.sleep(5)
        events.push(event)
      }))
    const flush = (): Promise<void> => writing
    return { sink: { emit, tryEmit: (event) => void emit(event), flush, close: flush }, arrived: () => events }
  },
  'a sink that refuses every third event': () => {
    const sink = recordingSink()
    const tryEmit = (event: StageflowEvent): boolean => event.seq % 3 !== 1 && sink.tryEmit(event) !== false
    return { sink: { emit: (event) => sink.emit(event), tryEmit }, arrived: () => sink.events }
  },
}

describe.concurrent.each(Object.entries(correct))('%s keeps the whole contract', (_, create) => {
  for (const { name, run } of sinkContract(create)) test(name, run)
})

describe.concurrent('a broken sink:', () => {
  for (const [place, { name, does, create, caughtBy, alsoCaughtBy = [] }] of mutants.entries())
    test(`${name} ${does}`, async () => {
      const failed: string[] = []
      const found = new Set<unknown>([caughtBy, ...alsoCaughtBy])
      // By default the cases that find it, and with every fourth sink and those that none finds all of them.
      const isWhole = isHeavy || place % 4 === 0 || caughtBy === undefined
      const cases = sinkCases(create, { longestMs: 20, leastTurns: 100 })
      for (const { name: rule, run } of cases.filter((one) => isWhole || found.has(one.name)))
        await run().catch((error: unknown) => {
          expect(StageflowError.is(error, 'testing/contract')).toBe(true)
          failed.push(rule)
        })
      expect(failed).toEqual(caughtBy === undefined ? [] : [caughtBy, ...alsoCaughtBy])
    })
})

test('every case is failed by a broken sink', () => {
  const names = sinkContract(batching).map(({ name }) => name)
  const caughtBy = mutants.flatMap((mutant) => [mutant.caughtBy ?? [], mutant.alsoCaughtBy ?? []].flat())
  expect(new Set(caughtBy)).toEqual(new Set(names))
})

test('the messages say what was seen and what to do', async () => {
  const sink: EventSink = { emit: () => {}, tryEmit: () => true }
  const [first, , third] = sinkContract(() => ({ sink, arrived: () => [] }))
  await expect(first?.run()).rejects.toThrow(
    'The numbers of none arrived, not 0, 1, 2, of three events that were emitted without awaiting emit. Accept the event before emit returns; its promise only signals backpressure.',
  )
  await expect(third?.run()).rejects.toThrow('Of 200 events at once 200 were neither refused nor delivered')
})

test('an argument that is not a function throws testing/illegal-contract, and its return value is checked', async () => {
  expect(() => sinkContract(recordingSink() as never)).toThrow('sinkContract() needs a function that makes a new sink')
  let error: unknown
  try {
    sinkContract(undefined as never)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'testing/illegal-contract')).toBe(true)
  for (const arrived of [() => 3, () => ['contract.said'], () => [{ type: 'contract.said', seq: 0 }], async () => null])
    await expect(sinkContract(() => ({ sink: recordingSink(), arrived }) as never)[0]?.run()).rejects.toThrow(
      'arrived() must return an array of events, each with its original type, seq and pipelineRunId',
    )
  for (const made of [undefined, recordingSink(), { sink: {}, arrived: () => [] }])
    await expect(sinkContract(() => made as never)[0]?.run()).rejects.toThrow(
      'create() must return { sink, arrived } for sinkContract',
    )
})
