import { StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'

import { PROPERTY_TIMEOUT_MS, propertySettings } from '../../core/test/property-settings.ts'
import { ChunkQueue, type OverflowPolicy } from './index.ts'

/** How each call was answered, or `waits`. */
type Answer = string

const POLICIES = ['block', 'drop-oldest', 'drop-newest', 'error', 'coalesce'] as const
const policyOf = (name: (typeof POLICIES)[number]): OverflowPolicy<string> =>
  name === 'coalesce' ? { coalesce: (queued, item) => `${queued}+${item}` } : name

/** The same queue again, written to be read: what each call must be answered. */
class Model {
  readonly answers: Answer[] = []
  readonly queued: string[] = []
  puts: { readonly call: number; readonly item: string; readonly until: number }[] = []
  gets: { readonly call: number; readonly until: number; readonly pass: number | undefined }[] = []
  end: string | undefined
  total = 0
  dropped = 0
  readonly maxSize: number
  readonly policy: (typeof POLICIES)[number]

  constructor(maxSize: number, policy: (typeof POLICIES)[number]) {
    this.maxSize = maxSize
    this.policy = policy
  }

  put(item: string, until: number, waits: boolean): void {
    const call = this.answers.length
    const answer = (text: string): void => void this.answers.push(text)
    if (this.end !== undefined) return answer('false')
    const get = this.gets.shift()
    if (get !== undefined) {
      this.answers[get.call] = item
    } else if (this.queued.length < this.maxSize) this.queued.push(item)
    else if (this.policy === 'block') {
      if (!waits) return answer('false')
      if (until === 0) return answer('streaming/timed-out')
      this.puts.push({ call, item, until })
      return answer('waits')
    } else if (this.policy === 'error') return answer(waits ? 'streaming/full' : 'false')
    else if (this.policy === 'drop-oldest') {
      this.queued.shift()
      this.queued.push(item)
      this.dropped++
    } else if (this.policy === 'drop-newest') {
      this.dropped++
      this.total++
      return answer(waits ? 'true' : 'false')
    } else this.queued.push(`${this.queued.pop()}+${item}`)
    this.total++
    answer('true')
  }

  get(until: number, waits: boolean, pass: number | undefined): void {
    const item = this.queued.shift()
    if (item !== undefined) {
      this.answers.push(item)
      const put = this.puts.shift()
      if (put === undefined) return
      this.answers[put.call] = 'true'
      this.queued.push(put.item)
      this.total++
    } else if (this.end !== undefined) this.answers.push(this.end)
    else if (!waits) this.answers.push('nothing')
    else if (until === 0) this.answers.push('streaming/timed-out')
    else {
      this.gets.push({ call: this.answers.length, until, pass })
      this.answers.push('waits')
    }
  }

  close(end: string): void {
    if (end === 'cancelled') this.queued.length = 0
    if (this.end !== undefined) return
    this.end = end === 'failed' ? 'failed' : 'done'
    for (const { call } of this.puts.splice(0)) this.answers[call] = 'false'
    for (const { call } of this.gets.splice(0)) this.answers[call] = this.end
  }

  abort(call: number): void {
    if (this.answers[call] !== 'waits') return
    this.answers[call] = 'aborted'
    this.puts = this.puts.filter((put) => put.call !== call)
    this.gets = this.gets.filter((get) => get.call !== call)
  }

  leave(pass: number): void {
    for (const get of this.gets) if (get.pass === pass) this.answers[get.call] = 'done'
    this.gets = this.gets.filter((get) => get.pass !== pass)
  }

  advanceTo(time: number): void {
    for (const put of this.puts) if (put.until <= time) this.answers[put.call] = 'streaming/timed-out'
    for (const get of this.gets) if (get.until <= time) this.answers[get.call] = 'streaming/timed-out'
    this.puts = this.puts.filter(({ until }) => until > time)
    this.gets = this.gets.filter(({ until }) => until > time)
  }
}

const limit = fc.constantFrom<number | undefined>(undefined, undefined, undefined, 0, 5, 20)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), timeoutMs: limit }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tryPut' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('get' as const), timeoutMs: limit }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tryGet' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('next' as const), pass: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), pass: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), call: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'fail' as const, 'cancel' as const) }) },
)

test(
  'any calls in any order behave like the plain model: nothing lost, doubled or out of order, first come first served',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...POLICIES),
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.boolean(),
        async (maxSize, policy, steps, tells) => {
          const clock = manualClock()
          const events: string[] = []
          const queue = new ChunkQueue<string>({
            maxSize,
            overflow: policyOf(policy),
            clock,
            ...(tells ? { eventEmitter: (type) => events.push(type) } : undefined),
          })
          const model = new Model(maxSize, policy)
          const answers: Answer[] = []
          const aborts: (AbortController | undefined)[] = []
          let passes = [queue.values(), queue.values()]
          let items = 0
          const call = (answer: Promise<unknown> | unknown, abort?: AbortController): void => {
            const index = answers.push('waits') - 1
            aborts[index] = abort
            Promise.resolve(answer).then(
              (value) => (answers[index] = textOf(value)),
              (error: unknown) => (answers[index] = textOfError(error)),
            )
          }
          for (const each of steps) {
            if (each.do === 'put') {
              const abort = new AbortController()
              const item = `i${items++}`
              const { timeoutMs } = each
              call(queue.put(item, { signal: abort.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }), abort)
              model.put(item, untilOf(clock.now(), timeoutMs), true)
            } else if (each.do === 'tryPut') {
              const item = `i${items++}`
              call(queue.tryPut(item))
              model.put(item, Infinity, false)
            } else if (each.do === 'get') {
              const abort = new AbortController()
              const { timeoutMs } = each
              call(queue.get({ signal: abort.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }), abort)
              model.get(untilOf(clock.now(), timeoutMs), true, undefined)
            } else if (each.do === 'tryGet') {
              call(sync(() => queue.tryGet() ?? 'nothing'))
              model.get(Infinity, false, undefined)
            } else if (each.do === 'next') {
              call(passes[each.pass]?.next())
              model.get(Infinity, true, each.pass)
            } else if (each.do === 'leave') {
              await passes[each.pass]?.return?.()
              passes = passes.with(each.pass, queue.values())
              model.leave(each.pass)
            } else if (each.do === 'abort') {
              aborts[each.call]?.abort(new Error('aborted'))
              if (aborts[each.call] !== undefined) model.abort(each.call)
            } else if (each.do === 'advance') {
              await clock.advance(each.ms)
              model.advanceTo(clock.now())
            } else if (each.do === 'close') {
              queue.close()
              model.close('closed')
            } else if (each.do === 'fail') {
              queue.fail(new Error('failed'))
              model.close('failed')
            } else {
              queue.cancel()
              model.close('cancelled')
            }
            await tick()
            expect(answers).toEqual(model.answers)
            const { size, waitingPuts, waitingGets, totalItems, droppedItems, ...rest } = queue.stats()
            const got = answers.filter((answer) => /^i\d/.test(answer)).length
            expect(size + got + droppedItems + rest.coalescedItems + rest.discardedItems).toBe(totalItems)
            expect({ size, waitingPuts, waitingGets, totalItems, droppedItems }).toEqual({
              size: model.queued.length,
              waitingPuts: model.puts.length,
              waitingGets: model.gets.length,
              totalItems: model.total,
              droppedItems: model.dropped,
            })
          }
          queue.close()
          await tick()
          expect(answers, 'somebody waits for ever').not.toContain('waits')
          for (const abort of aborts) if (abort) expect(getEventListeners(abort.signal, 'abort')).toEqual([])
          expect(clock.timers).toEqual([])
          if (tells) {
            expect(events.filter((type) => type === 'stream.chunk_dropped').length).toBe(model.dropped)
            expect(events.filter((type) => type === 'stream.queue_closed').length).toBe(1)
          }
        },
      ),
      propertySettings(400),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

const untilOf = (now: number, timeoutMs: number | undefined): number =>
  timeoutMs === 0 ? 0 : now + (timeoutMs ?? Infinity)

const textOfError = (error: unknown): string =>
  StageflowError.is(error) ? error.code : error instanceof Error ? error.message : String(error)

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { done, value: item } = value as IteratorResult<string, undefined>
  return done === true ? 'done' : item
}

function sync(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return textOfError(error)
  }
}

/** Long enough for every promise of a call to have settled. */
async function tick(): Promise<void> {
  for (let index = 0; index < 8; index++) await Promise.resolve()
}
