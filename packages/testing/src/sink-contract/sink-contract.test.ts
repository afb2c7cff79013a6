import { StageflowError } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { describe, expect, test } from 'vitest'
import { sinkContract, type CreateSink } from '../contract.ts'
import { recordingSink, type ManualClock } from '../index.ts'
import { sinkCases } from './sink-contract.ts'

/** A correct sink that writes in batches, ten milliseconds later. Each broken sink differs from it in one thing. */
function batching(clock: ManualClock) {
  const events: StageflowEvent[] = []
  let batch: StageflowEvent[] = []
  let stop: (() => void) | undefined
  let closed = false
  const write = (): void => {
    stop?.()
    stop = undefined
    events.push(...batch)
    batch = []
  }
  const take = (event: StageflowEvent): boolean => {
    if (closed) return false
    batch.push(event)
    stop ??= clock.setTimeout(write, 10)
    return true
  }
  const sink: Required<EventSink> = {
    emit: (event) => void take(event),
    tryEmit: take,
    flush: async () => write(),
    close: async () => {
      write()
      closed = true
    },
  }
  return { sink, events, take, write, forget: () => (batch = []), isClosed: () => closed, arrived: () => events }
}

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

type Batching = ReturnType<typeof batching>
const unlike =
  (change: (sound: Batching, clock: ManualClock) => Partial<EventSink>): CreateSink =>
  (clock) => {
    const sound = batching(clock)
    return { sink: { ...sound.sink, ...change(sound, clock) }, arrived: sound.arrived }
  }

const broken: readonly (readonly [fault: string, fails: string, create: CreateSink])[] = [
  [
    'accepts an event only when the last one is written',
    'accepts an event before emit returns',
    unlike(({ take }, clock) => {
      let last = Promise.resolve()
      let busy = 0
      const later = (event: StageflowEvent): Promise<void> => {
        busy++
        last = last.then(async () => {
          await clock.sleep(1)
          take(event)
          busy--
        })
        return last
      }
      return { emit: later, tryEmit: (event) => (busy > 0 ? void later(event) : take(event)) }
    }),
  ],
  [
    'lets tryEmit overtake emit',
    'keeps the order of events',
    unlike(({ take, write }) => {
      let late: StageflowEvent[] = []
      const catchUp = (): void => {
        late.forEach(take)
        late = []
      }
      return {
        emit: async (event) => {
          late.push(event)
          await Promise.resolve()
          catchUp()
        },
        flush: async () => {
          catchUp()
          write()
        },
      }
    }),
  ],
  [
    'accepts more events than it can hold',
    'delivers every accepted event once',
    unlike(({ take }) => {
      let count = 0
      return { tryEmit: (event) => ++count > 190 || take(event) }
    }),
  ],
  [
    'writes events of tryEmit twice',
    'delivers every accepted event once',
    unlike(({ take }) => ({ tryEmit: (event) => take(event) && take(event) })),
  ],
  [
    'returns a promise from tryEmit',
    'returns true, false or undefined from tryEmit',
    unlike(({ take }) => ({ tryEmit: (async (event: StageflowEvent) => take(event)) as unknown as () => boolean })),
  ],
  [
    'never settles the promise for the sixteenth event of a run',
    'settles the promise of emit',
    unlike(({ take }) => {
      const counts = new Map<string, number>()
      return {
        emit: ({ pipelineRunId, ...event }) => {
          take({ pipelineRunId, ...event } as StageflowEvent)
          const count = (counts.get(pipelineRunId) ?? 0) + 1
          counts.set(pipelineRunId, count)
          return count < 16 ? undefined : new Promise(() => {})
        },
      }
    }),
  ],
  [
    'makes JSON of an event in tryEmit',
    'does not throw for any event',
    unlike(({ take }) => ({ tryEmit: (event) => JSON.stringify(event) !== '' && take(event) })),
  ],
  [
    'rejects for an event that it cannot write',
    'does not throw for any event',
    unlike(({ take }) => ({
      emit: async (event) => {
        take(event)
        JSON.stringify(event)
      },
    })),
  ],
  [
    'drops all events after one that it cannot write',
    'does not throw for any event',
    unlike(({ take }) => {
      let stuck = false
      const tryEmit = (event: StageflowEvent): boolean => {
        try {
          JSON.stringify(event.data)
        } catch {
          stuck = true
        }
        return stuck || take(event)
      }
      return { tryEmit, emit: (event) => void tryEmit(event) }
    }),
  ],
  [
    'redacts the event itself',
    'does not change events',
    unlike(({ take }) => ({
      tryEmit: (event) => {
        const { nested } = event.data as { nested?: { token: string } }
        if (nested !== undefined) nested.token = '[redacted]'
        return take(event)
      },
    })),
  ],
  [
    'adds a field to the event',
    'does not change events',
    unlike(({ take }) => ({
      emit: (event) => {
        if (Array.isArray(Reflect.get(event.data, 'words'))) Object.assign(event, { seen: true })
        take(event)
      },
    })),
  ],
  [
    'identifies an event by type and number only',
    'keeps many runs at once apart',
    unlike(({ take }) => {
      const seen = new Set<string>()
      const isNew = ({ type, seq }: StageflowEvent): boolean => {
        const key = `${type} ${seq}`
        return !seen.has(key) && seen.add(key).size > 0
      }
      return { emit: (event) => void (isNew(event) && take(event)), tryEmit: (event) => !isNew(event) || take(event) }
    }),
  ],
  [
    'leaves out the last event of a run',
    'delivers the last event of a run',
    unlike(({ take }) => ({ emit: (event) => void (event.type === 'pipeline.completed' || take(event)) })),
  ],
  [
    'has no place for the last event when it is full',
    'delivers the last event of a run',
    unlike(({ take }) => {
      const counts = new Map<string, number>()
      const tryEmit = (event: StageflowEvent): boolean => {
        const count = (counts.get(event.pipelineRunId) ?? 0) + 1
        counts.set(event.pipelineRunId, count)
        return (count <= 40 || !event.type.startsWith('pipeline.')) && take(event)
      }
      return { tryEmit, emit: (event) => void tryEmit(event) }
    }),
  ],
  ['does not wait in flush', 'flush waits until everything has arrived', unlike(() => ({ flush: async () => {} }))],
  [
    'waits in flush for a sink that hangs',
    'flush ends in time while what is behind hangs',
    (clock) => {
      const { sink, arrived } = batching(clock)
      let hangs = false
      const flush = (): Promise<void> => (hangs ? new Promise(() => {}) : sink.flush())
      return { sink: { ...sink, flush }, arrived, hang: () => void (hangs = true) }
    },
  ],
  [
    'rejects a flush if it is empty',
    'can be flushed when it is empty, and again',
    unlike(({ take, write }) => {
      let count = 0
      const tryEmit = (event: StageflowEvent): boolean => ++count > 0 && take(event)
      const flush = async (): Promise<void> => {
        if (count === 0) throw new Error('nothing to write')
        write()
      }
      return { tryEmit, emit: (event) => void tryEmit(event), flush }
    }),
  ],
  [
    'drops pending events in close',
    'close delivers the accepted events',
    unlike(({ sink, forget }) => ({
      close: async () => {
        forget()
        await sink.close()
      },
    })),
  ],
  [
    'cannot be closed twice',
    'can be closed twice, at once and later',
    unlike(({ sink, isClosed }) => ({
      close: async () => {
        if (isClosed()) throw new Error('it is closed already')
        await sink.close()
      },
    })),
  ],
  [
    'throws after it was closed',
    'after close it refuses events, and does not throw',
    unlike(({ take, isClosed }) => ({
      tryEmit: (event) => {
        if (isClosed()) throw new Error('it is closed')
        return take(event)
      },
    })),
  ],
  [
    'rejects if it has no time to close',
    'closes without any time left, and does not reject',
    unlike(({ sink }) => ({
      close: (wait) => (wait?.timeoutMs === 0 ? Promise.reject(new Error('no time')) : sink.close()),
    })),
  ],
  [
    'rejects with the reason of the signal',
    'closes when the signal has aborted, and does not reject',
    unlike(({ sink }) => ({
      close: async (wait) => {
        wait?.signal?.throwIfAborted()
        await sink.close()
      },
    })),
  ],
  [
    'waits in close for a sink that hangs',
    'closes in time while what is behind hangs',
    (clock) => {
      const { sink, arrived } = batching(clock)
      let hangs = false
      const close = (): Promise<unknown> => (hangs ? new Promise(() => {}) : sink.close())
      return { sink: { ...sink, close }, arrived, hang: () => void (hangs = true) }
    },
  ],
  [
    'accepts events after it was closed',
    'after close it refuses events, and does not throw',
    unlike(({ take }) => ({ tryEmit: (event) => take(event) || true })),
  ],
  [
    'drops events silently after it was closed',
    'after close it refuses events, and does not throw',
    unlike(({ take, isClosed }) => ({ tryEmit: (event) => (isClosed() ? undefined : take(event)) })),
  ],
  [
    'sets a timer every minute, even when closed',
    'leaves no timer behind',
    unlike((_, clock) => {
      const look = (): void => void clock.setTimeout(look, 60_000)
      look()
      return {}
    }),
  ],
]

describe.concurrent('a sink that', () => {
  for (const [fault, fails, create] of broken)
    test(`${fault} fails "${fails}" alone`, async () => {
      const failed: string[] = []
      for (const { name, run } of sinkCases(create, { longestMs: 20, leastTurns: 100 }))
        await run().catch((error: unknown) => {
          expect(StageflowError.is(error, 'testing/contract')).toBe(true)
          failed.push(name)
        })
      expect(failed).toEqual([fails])
    })
})

test('every case is failed by a broken sink', () => {
  const names = sinkContract(batching).map(({ name }) => name)
  expect(new Set(broken.map(([, fails]) => fails))).toEqual(new Set(names))
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
