import { setInterval as nodeInterval, setTimeout as nodeTimeout } from 'node:timers'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import type { CreateSink } from '../src/contract.ts'
import type { ManualClock } from '../src/index.ts'
import type { Mutant } from './mutant.ts'

type SinkMutant = Mutant<{ readonly create: CreateSink }>

const LARGE = 'delivers every accepted event of a large burst'
const WHOLE = 'delivers the whole event'
const ENDS_OTHERWISE = 'delivers the last event of a run that fails, is cancelled or waits'
const ODD = 'delivers an event whose data JSON cannot hold'
const ENDS = 'delivers the last event of a run'
const FOLLOWS = 'follows runs without failing or stopping them'
const FOLLOWS_CLOSED = 'after close it follows runs without failing them'
const MEMBERS = 'has a function as onRun and a boolean as chunks, if it has them'
const TIMERS = 'leaves no timer behind'
const TIME = 'takes its time from its clock'

/** A correct sink that writes in batches, ten milliseconds later. Each broken sink differs from it in one thing. */
export function batching(clock: ManualClock) {
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
  const sink: Required<Omit<EventSink, 'core' | 'onRun' | 'chunks'>> = {
    emit: (event) => void take(event),
    tryEmit: take,
    flush: async () => write(),
    close: async () => {
      write()
      closed = true
    },
  }
  return {
    sink,
    events,
    take,
    write,
    forget: () => (batch = []),
    waiting: () => batch.length,
    dropOldest: () => void batch.shift(),
    isClosed: () => closed,
    arrived: () => events,
  }
}

type Batching = ReturnType<typeof batching>
const unlike =
  (change: (sound: Batching, clock: ManualClock) => Partial<EventSink>): CreateSink =>
  (clock) => {
    const sound = batching(clock)
    return { sink: { ...sound.sink, ...change(sound, clock) }, arrived: sound.arrived }
  }

const bug = (): never => {
  throw new Error('a bug')
}
/** Follows runs with this part. */
const following = (onRun: NonNullable<EventSink['onRun']>): CreateSink => unlike(() => ({ onRun }))

/** Accepts these events, and loses them. */
const losing = (isLost: (event: StageflowEvent) => boolean): CreateSink =>
  unlike(({ take }) => {
    const tryEmit = (event: StageflowEvent): boolean => isLost(event) || take(event)
    return { tryEmit, emit: (event) => void tryEmit(event) }
  })

/** Writes something else than the event, unless its data throws. */
function changing(change: (event: AnyEvent, clock: ManualClock) => object): CreateSink {
  return unlike(({ take }, clock) => {
    const changed = (event: StageflowEvent): object => {
      try {
        return change(event as AnyEvent, clock)
      } catch {
        return event
      }
    }
    const tryEmit = (event: StageflowEvent): boolean => take(changed(event) as StageflowEvent)
    return { tryEmit, emit: (event) => void tryEmit(event) }
  })
}
type AnyEvent = StageflowEvent & { readonly data: { readonly text?: unknown } }

export const mutants: readonly SinkMutant[] = [
  {
    name: 'follows-by-name',
    does: 'has a text as onRun',
    caughtBy: MEMBERS,
    alsoCaughtBy: [FOLLOWS, FOLLOWS_CLOSED],
    create: unlike(() => ({ onRun: 'follow' as never })),
  },
  {
    name: 'chunks-by-word',
    does: 'has a text as chunks',
    caughtBy: MEMBERS,
    create: unlike(() => ({ chunks: 'yes' as never })),
  },
  {
    name: 'no-children',
    does: 'throws as a child run begins',
    caughtBy: FOLLOWS,
    alsoCaughtBy: [FOLLOWS_CLOSED],
    create: following((run) => (run.parent === undefined ? undefined : bug())),
  },
  {
    name: 'no-skips',
    does: 'throws for the record of a skipped stage',
    caughtBy: FOLLOWS,
    alsoCaughtBy: [FOLLOWS_CLOSED],
    create: following(() => ({ settled: ({ status }) => (status === 'skip' ? bug() : undefined) })),
  },
  {
    name: 'no-failures',
    does: 'throws at the end of a run that failed',
    caughtBy: FOLLOWS,
    create: following(() => ({ ended: ({ status }) => (status === 'failed' ? bug() : undefined) })),
  },
  {
    name: 'follows-later',
    does: 'returns the promise of a part',
    caughtBy: FOLLOWS,
    alsoCaughtBy: [FOLLOWS_CLOSED],
    create: following((async () => ({ ended: () => {} })) as never),
  },
  {
    name: 'stops-the-run',
    does: 'stops a run when a stage of it has settled',
    caughtBy: FOLLOWS,
    alsoCaughtBy: [FOLLOWS_CLOSED],
    create: following((run) => ({ settled: ({ stage }) => (stage === 'kid' ? run.stop('seen') : undefined) })),
  },
  {
    name: 'follows-until-closed',
    does: 'throws as a run begins after it was closed',
    caughtBy: FOLLOWS_CLOSED,
    create: unlike(({ isClosed }) => ({ onRun: () => (isClosed() ? bug() : undefined) })),
  },
  {
    name: 'late-queue',
    does: 'accepts an event only when the last one is written',
    caughtBy: 'accepts an event before emit returns',
    create: unlike(({ take }, clock) => {
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
  },
  {
    name: 'two-queues',
    does: 'lets tryEmit overtake emit',
    caughtBy: 'keeps the order of events',
    create: unlike(({ take, write }) => {
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
  },
  {
    name: 'sorts-by-time',
    does: 'writes events in the order of their timestamps',
    caughtBy: 'keeps the order of events that occurred earlier than those before them',
    create: (clock) => {
      const sound = batching(clock)
      return { sink: sound.sink, arrived: () => sound.events.toSorted((a, b) => a.timestamp - b.timestamp) }
    },
  },
  {
    name: 'full-and-silent',
    does: 'accepts more events than it can hold',
    caughtBy: 'delivers every accepted event once',
    alsoCaughtBy: [LARGE],
    create: unlike(({ take }) => {
      let count = 0
      return { tryEmit: (event) => ++count > 190 || take(event) }
    }),
  },
  {
    name: 'written-twice',
    does: 'writes events of tryEmit twice',
    caughtBy: 'delivers every accepted event once',
    create: unlike(({ take }) => ({ tryEmit: (event) => take(event) && take(event) })),
  },
  {
    name: 'async-try-emit',
    does: 'returns a promise from tryEmit',
    caughtBy: 'returns true, false or undefined from tryEmit',
    create: unlike(({ take }) => ({
      tryEmit: (async (event: StageflowEvent) => take(event)) as unknown as () => boolean,
    })),
  },
  {
    name: 'stuck-emit',
    does: 'never settles the promise for the sixteenth event of a run',
    caughtBy: 'settles the promise of emit',
    create: unlike(({ take }) => {
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
  },
  {
    name: 'json-in-try-emit',
    does: 'makes JSON of an event in tryEmit',
    caughtBy: 'does not throw for any event',
    create: unlike(({ take }) => ({ tryEmit: (event) => JSON.stringify(event) !== '' && take(event) })),
  },
  {
    name: 'rejects-odd-data',
    does: 'rejects for an event that it cannot write',
    caughtBy: 'does not throw for any event',
    alsoCaughtBy: [ODD],
    create: unlike(({ take }) => ({
      emit: async (event) => {
        take(event)
        JSON.stringify(event)
      },
    })),
  },
  {
    name: 'stuck-after-odd-data',
    does: 'drops all events after one that it cannot write',
    caughtBy: 'does not throw for any event',
    alsoCaughtBy: [ODD],
    create: unlike(({ take }) => {
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
  },
  {
    name: 'redacts-in-place',
    does: 'redacts the event itself',
    caughtBy: 'does not change events',
    create: unlike(({ take }) => ({
      tryEmit: (event) => {
        const { nested } = event.data as { nested?: { token: string } }
        if (nested !== undefined) nested.token = '[redacted]'
        return take(event)
      },
    })),
  },
  {
    name: 'marks-events',
    does: 'adds a field to the event',
    caughtBy: 'does not change events',
    create: unlike(({ take }) => ({
      emit: (event) => {
        if (Array.isArray(Reflect.get(event.data, 'words'))) Object.assign(event, { seen: true })
        take(event)
      },
    })),
  },
  {
    name: 'no-run-in-key',
    does: 'identifies an event by type and number only',
    caughtBy: 'keeps many runs at once apart',
    alsoCaughtBy: [ENDS, ENDS_OTHERWISE],
    create: unlike(({ take }) => {
      const seen = new Set<string>()
      const isNew = ({ type, seq }: StageflowEvent): boolean => {
        const key = `${type} ${seq}`
        return !seen.has(key) && seen.add(key).size > 0
      }
      return { emit: (event) => void (isNew(event) && take(event)), tryEmit: (event) => !isNew(event) || take(event) }
    }),
  },
  {
    name: 'no-completed',
    does: 'leaves out the last event of a run',
    caughtBy: ENDS,
    create: unlike(({ take }) => ({ emit: (event) => void (event.type === 'pipeline.completed' || take(event)) })),
  },
  {
    name: 'no-place-for-the-last',
    does: 'has no place for the last event when it is full',
    caughtBy: ENDS,
    alsoCaughtBy: [ENDS_OTHERWISE],
    create: unlike(({ take }) => {
      const counts = new Map<string, number>()
      const tryEmit = (event: StageflowEvent): boolean => {
        const count = (counts.get(event.pipelineRunId) ?? 0) + 1
        counts.set(event.pipelineRunId, count)
        return (count <= 40 || !event.type.startsWith('pipeline.')) && take(event)
      }
      return { tryEmit, emit: (event) => void tryEmit(event) }
    }),
  },
  {
    name: 'flush-without-wait',
    does: 'does not wait in flush',
    caughtBy: 'flush waits until everything has arrived',
    create: unlike(() => ({ flush: async () => {} })),
  },
  {
    name: 'flush-hangs',
    does: 'waits in flush for a sink that hangs',
    caughtBy: 'flush ends in time while what is behind hangs',
    create: (clock) => {
      const { sink, arrived } = batching(clock)
      let hangs = false
      const flush = (): Promise<void> => (hangs ? new Promise(() => {}) : sink.flush())
      return { sink: { ...sink, flush }, arrived, hang: () => void (hangs = true) }
    },
  },
  {
    name: 'flush-of-nothing-rejects',
    does: 'rejects a flush if it is empty',
    caughtBy: 'can be flushed when it is empty, and again',
    create: unlike(({ take, write }) => {
      let count = 0
      const tryEmit = (event: StageflowEvent): boolean => ++count > 0 && take(event)
      const flush = async (): Promise<void> => {
        if (count === 0) throw new Error('nothing to write')
        write()
      }
      return { tryEmit, emit: (event) => void tryEmit(event), flush }
    }),
  },
  {
    name: 'close-forgets',
    does: 'drops pending events in close',
    caughtBy: 'close delivers the accepted events',
    create: unlike(({ sink, forget }) => ({
      close: async () => {
        forget()
        await sink.close()
      },
    })),
  },
  {
    name: 'close-once',
    does: 'cannot be closed twice',
    caughtBy: 'can be closed twice, at once and later',
    create: unlike(({ sink, isClosed }) => ({
      close: async () => {
        if (isClosed()) throw new Error('it is closed already')
        await sink.close()
      },
    })),
  },
  {
    name: 'throws-when-closed',
    does: 'throws after it was closed',
    caughtBy: 'after close it refuses events, and does not throw',
    create: unlike(({ take, isClosed }) => ({
      tryEmit: (event) => {
        if (isClosed()) throw new Error('it is closed')
        return take(event)
      },
    })),
  },
  {
    name: 'close-needs-time',
    does: 'rejects if it has no time to close',
    caughtBy: 'closes without any time left, and does not reject',
    create: unlike(({ sink }) => ({
      close: (wait) => (wait?.timeoutMs === 0 ? Promise.reject(new Error('no time')) : sink.close()),
    })),
  },
  {
    name: 'close-rejects-abort',
    does: 'rejects with the reason of the signal',
    caughtBy: 'closes when the signal has aborted, and does not reject',
    create: unlike(({ sink }) => ({
      close: async (wait) => {
        wait?.signal?.throwIfAborted()
        await sink.close()
      },
    })),
  },
  {
    name: 'close-hangs',
    does: 'waits in close for a sink that hangs',
    caughtBy: 'closes in time while what is behind hangs',
    create: (clock) => {
      const { sink, arrived } = batching(clock)
      let hangs = false
      const close = (): Promise<unknown> => (hangs ? new Promise(() => {}) : sink.close())
      return { sink: { ...sink, close }, arrived, hang: () => void (hangs = true) }
    },
  },
  {
    name: 'accepts-when-closed',
    does: 'accepts events after it was closed',
    caughtBy: 'after close it refuses events, and does not throw',
    create: unlike(({ take }) => ({ tryEmit: (event) => take(event) || true })),
  },
  {
    name: 'loses-when-closed',
    does: 'drops events silently after it was closed',
    caughtBy: 'after close it refuses events, and does not throw',
    create: unlike(({ take, isClosed }) => ({ tryEmit: (event) => (isClosed() ? undefined : take(event)) })),
  },
  {
    name: 'timer-when-closed',
    does: 'sets a timer every minute, even when closed',
    caughtBy: 'leaves no timer behind',
    create: unlike((_, clock) => {
      const look = (): void => void clock.setTimeout(look, 60_000)
      look()
      return {}
    }),
  },
  {
    name: 'loses-bad-endings',
    does: 'says yes to the last event of runs that failed, were cancelled or wait, and loses it',
    caughtBy: ENDS_OTHERWISE,
    create: losing(({ type }) => /^pipeline\.(failed|cancelled|suspended)$/.test(type)),
  },
  {
    name: 'loses-suspensions',
    does: 'loses the last event of runs that wait for a person',
    caughtBy: ENDS_OTHERWISE,
    create: losing(({ type }) => type === 'pipeline.suspended'),
  },
  {
    name: 'loses-ends-of-children',
    does: 'loses the last event of child runs',
    caughtBy: ENDS,
    alsoCaughtBy: [ENDS_OTHERWISE],
    create: losing(
      ({ type, parentRunId }) =>
        /^pipeline\.(completed|failed|cancelled|suspended)$/.test(type) && parentRunId !== undefined,
    ),
  },
  ...[1_000, 5_000, 15_000].map((most) => ({
    name: `silent-above-${most}`,
    does: `says yes and loses the event once ${most} events wait`,
    caughtBy: LARGE,
    create: unlike(({ take, waiting }) => ({ tryEmit: (event) => waiting() >= most || take(event) })),
  })),
  {
    name: 'silent-drop-oldest',
    does: 'drops the oldest event without a word once 2,000 events wait',
    caughtBy: LARGE,
    create: unlike(({ take, waiting, dropOldest }) => ({
      tryEmit: (event) => {
        if (waiting() >= 2_000) dropOldest()
        return take(event)
      },
    })),
  },
  {
    name: 'silent-per-run',
    does: 'keeps 500 events of a run and loses the others',
    caughtBy: LARGE,
    create: unlike(({ take }) => {
      const counts = new Map<string, number>()
      return {
        tryEmit: (event) => {
          const count = (counts.get(event.pipelineRunId) ?? 0) + 1
          counts.set(event.pipelineRunId, count)
          return count > 500 || take(event)
        },
      }
    }),
  },
  {
    name: 'silent-above-30000',
    does: 'says yes and loses the event once 30,000 events wait',
    notOurs: 'The suite offers 20,200 events at once at most. Give the sink under test a smaller limit.',
    create: unlike(({ take, waiting }) => ({ tryEmit: (event) => waiting() >= 30_000 || take(event) })),
  },
  {
    name: 'loses-odd-data',
    does: 'loses an event whose data JSON cannot hold',
    caughtBy: ODD,
    create: losing((event) => {
      try {
        JSON.stringify(event)
        return false
      } catch {
        return true
      }
    }),
  },
  {
    name: 'no-data',
    does: 'writes events without their data',
    caughtBy: WHOLE,
    create: changing((event) => ({ ...event, data: undefined })),
  },
  {
    name: 'data-of-another-event',
    does: 'writes the data of the event before',
    caughtBy: WHOLE,
    create: unlike(({ take }) => {
      let last: object = {}
      const tryEmit = (event: StageflowEvent): boolean => {
        const data = last
        last = event.data
        return take({ ...event, data } as StageflowEvent)
      }
      return { tryEmit, emit: (event) => void tryEmit(event) }
    }),
  },
  {
    name: 'shallow-data',
    does: 'writes only the first level of data',
    caughtBy: WHOLE,
    create: changing((event) => ({
      ...event,
      data: Object.fromEntries(Object.entries(event.data).filter(([, value]) => typeof value !== 'object')),
    })),
  },
  {
    name: 'no-falsy-data',
    does: 'leaves 0, false and empty strings out of data',
    caughtBy: WHOLE,
    create: changing((event) => ({
      ...event,
      data: Object.fromEntries(Object.entries(event.data).filter(([, value]) => Boolean(value))),
    })),
  },
  {
    name: 'ascii-only',
    does: 'replaces characters that are not ASCII',
    caughtBy: WHOLE,
    create: changing((event) =>
      'text' in event.data
        ? { ...event, data: { text: String(event.data.text).replaceAll(/[^ -~\n]/gu, '?') } }
        : event,
    ),
  },
  {
    name: 'user-of-another-event',
    does: 'writes the user of the first event with every event',
    caughtBy: WHOLE,
    create: unlike(({ take }) => {
      let userId: string | undefined
      const tryEmit = (event: StageflowEvent): boolean => {
        userId ??= event.userId
        return take({ ...event, userId } as StageflowEvent)
      }
      return { tryEmit, emit: (event) => void tryEmit(event) }
    }),
  },
  {
    name: 'time-of-writing',
    does: 'writes when it wrote an event in the place of when it was emitted',
    caughtBy: WHOLE,
    create: changing((event, clock) => ({ ...event, timestamp: clock.now() })),
  },
  {
    name: 'words-among-facts',
    does: 'claims to write facts only, and writes the words of users',
    caughtBy: WHOLE,
    create: (clock) => ({ ...batching(clock), data: 'facts' }),
  },
  {
    name: 'interval-left',
    does: 'leaves a global setInterval behind',
    caughtBy: TIMERS,
    alsoCaughtBy: [TIME],
    create: unlike(() => {
      setInterval(() => {}, 60_000).unref()
      return {}
    }),
  },
  {
    name: 'interval-of-an-event',
    does: 'starts a global setInterval with the first event, and never clears it',
    caughtBy: TIMERS,
    alsoCaughtBy: [TIME],
    create: unlike(({ take }) => {
      let interval: NodeJS.Timeout | undefined
      return {
        tryEmit: (event) => {
          interval ??= setInterval(() => {}, 60_000).unref()
          return take(event)
        },
      }
    }),
  },
  {
    name: 'date-now',
    does: 'measures with Date.now()',
    caughtBy: TIME,
    create: unlike(({ take }) => {
      let spentMs = 0
      return {
        tryEmit: (event) => {
          const startedAt = Date.now()
          const isTaken = take(event)
          spentMs += Date.now() - startedAt
          return isTaken && spentMs >= 0
        },
      }
    }),
  },
  {
    name: 'new-date',
    does: 'measures with new Date()',
    caughtBy: TIME,
    create: unlike(({ take }) => {
      let last: Date | undefined
      return {
        tryEmit: (event) => {
          last = new Date()
          return last !== undefined && take(event)
        },
      }
    }),
  },
  {
    name: 'node-timers',
    does: 'waits with setTimeout of node:timers',
    caughtBy: TIME,
    create: unlike(({ sink }) => ({
      flush: async () => {
        await new Promise<void>((resolve) => void nodeTimeout(resolve, 1))
        await sink.flush()
      },
    })),
  },
  {
    name: 'interval-of-node-timers',
    does: 'leaves a setInterval of node:timers behind',
    caughtBy: TIMERS,
    alsoCaughtBy: [TIME],
    create: unlike(() => {
      nodeInterval(() => {}, 60_000).unref()
      return {}
    }),
  },
  {
    name: 'global-timeout',
    does: 'ends the limit of flush with the global setTimeout',
    caughtBy: TIME,
    create: unlike(({ sink }) => ({
      flush: async (wait) => {
        const limit = setTimeout(() => {}, wait?.timeoutMs ?? 1_000)
        await sink.flush()
        clearTimeout(limit)
      },
    })),
  },
]
