import { Pipeline, StageOutput, StageflowError, type Interceptor } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { assert, asyncProperty, array, constantFrom, integer, nat, oneof, record } from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { down } from '../test/down.ts'
import { circuitBreaker } from './index.ts'

const THRESHOLD = 3
const HALF_OPEN_AFTER_MS = 100

/** How a call can end. `slow`: a timeout aborts it, and its code returns later or never. */
type Ending = 'ok' | 'fail' | 'skip' | 'slow'

const steps = array(
  oneof(
    { weight: 4, arbitrary: record({ do: constantFrom('start' as const) }) },
    {
      weight: 4,
      arbitrary: record({
        do: constantFrom('end' as const),
        which: nat(9),
        how: constantFrom<Ending>('ok', 'fail', 'fail', 'fail', 'skip', 'slow'),
      }),
    },
    { weight: 2, arbitrary: record({ do: constantFrom('wait' as const), ms: integer({ min: 0, max: 150 }) }) },
  ),
  { maxLength: 60 },
)

/** The simplest model of a circuit. An object tells the calls of each period apart. */
class Model {
  state: 'closed' | 'open' | 'half-open' = 'closed'
  failures = 0
  openedAt = 0
  period = {}
  probe: { readonly call: number; readonly at: number } | undefined
  changes: string[] = []

  #to(state: Model['state'], type: string): void {
    this.state = state
    this.period = {}
    this.probe = undefined
    this.changes.push(type)
  }
  admits(call: number, now: number): boolean {
    if (this.state === 'closed') return true
    if (this.state === 'open') {
      if (now - this.openedAt < HALF_OPEN_AFTER_MS) return false
      this.#to('half-open', 'circuit_breaker.half_open')
    } else if (this.probe !== undefined && now - this.probe.at < HALF_OPEN_AFTER_MS) return false
    this.probe = { call, at: now }
    return true
  }
  ended(call: number, period: object, how: Ending, now: number): void {
    if (period !== this.period) return
    if (this.probe?.call === call) this.probe = undefined
    if (how === 'skip') return
    if (how === 'ok') {
      this.failures = 0
      if (this.state === 'half-open') this.#to('closed', 'circuit_breaker.closed')
    } else if (this.state === 'half-open' || ++this.failures >= THRESHOLD) {
      this.openedAt = now
      this.#to('open', 'circuit_breaker.opened')
    }
  }
}

interface UnderWay {
  readonly call: number
  readonly period: object
  readonly end: (how: Ending) => void
}

/** A timeout that the test triggers. */
function timeOut(expiries: Map<string, () => void>): Interceptor {
  return {
    name: 'timeout',
    wrap: (next) => (context) => {
      const inner = context.fork()
      const { promise, resolve } = Promise.withResolvers<StageOutput>()
      expiries.set(context.run.pipelineRunId, () => {
        const error = new StageflowError('timeout/timed-out', 'too slow')
        inner.abort(error)
        resolve(StageOutput.fail(error))
      })
      const output = next(inner.context)
      return output instanceof Promise ? Promise.race([output, promise]) : output
    },
  }
}

test('for any calls that overlap and end in any way, the circuit agrees with a simple model', async () => {
  await assert(
    asyncProperty(steps, async (all) => {
      const clock = manualClock()
      const eventSink = recordingSink()
      const model = new Model()
      const expiries = new Map<string, () => void>()
      const bodies = new Map<string, (how: Ending) => void>()
      const breaker = circuitBreaker({
        breaker: { type: 'consecutive', failures: THRESHOLD },
        halfOpenAfterMs: HALF_OPEN_AFTER_MS,
      })
      const graph = new Pipeline('chat')
        .withStage('llm', ({ pipelineRunId }): Promise<object> => {
          const { promise, resolve } = Promise.withResolvers<object>()
          bodies.set(pipelineRunId, (how) => {
            if (how === 'ok') resolve(StageOutput.ok())
            if (how === 'fail') resolve(StageOutput.fail(down()))
            if (how === 'skip') resolve(StageOutput.skip('nothing'))
          })
          return promise
        })
        .build({ clock, eventSink, interceptors: [timeOut(expiries), breaker] })

      const underWay: UnderWay[] = []
      const runs: Promise<{ readonly status: string }>[] = []
      for (const step of all) {
        if (step.do === 'wait') await clock.advance(step.ms)
        else if (step.do === 'start') {
          const call = runs.length
          const pipelineRunId = `run-${call}`
          const admitted = model.admits(call, clock.now())
          const { period } = model
          const run = graph.runSettled({ pipelineRunId }, { graceMs: 0 })
          runs.push(run)
          await clock.settle()
          expect(bodies.has(pipelineRunId)).toBe(admitted)
          const end = (how: Ending): void =>
            how === 'slow' ? expiries.get(pipelineRunId)?.() : bodies.get(pipelineRunId)?.(how)
          if (admitted) underWay.push({ call, period, end })
          else expect((await run).status).toBe('failed')
        } else {
          const [ends] = underWay.splice(step.which % Math.max(1, underWay.length), 1)
          if (ends === undefined) continue
          model.ended(ends.call, ends.period, step.how, clock.now())
          ends.end(step.how)
          await clock.settle()
        }
        expect(breaker.export().circuits[0]?.state).toBe(model.state)
      }
      for (const { end } of underWay) end('skip')
      await clock.advance(0)
      await Promise.all(runs)
      expect(eventSink.types().filter((type) => type.startsWith('circuit_breaker.'))).toEqual(model.changes)
      expect(clock.timers).toEqual([])
    }),
    propertySettings(150),
  )
}, 120_000)
