import {
  StageOutput,
  StageflowError,
  type Interceptor,
  type InterceptorContext,
  type RunContext,
  type RunStage,
  type StageInfo,
  type StageRecord,
  type TryEmitEvent,
} from '@stageflow/core'

import { CallsUnderWay, type Call } from './calls-under-way.ts'
import { emitChange, noteCircuit } from './circuit-events.ts'
import type { CircuitBreakerState } from './circuit-state.ts'
import type { Circuit } from './circuit.ts'
import { Circuits } from './circuits.ts'
import { CircuitOpenError } from './open-error.ts'
import { checkOptions, checkStageOptions } from './option-check.ts'
import { policyOf, type CircuitBreakerOptions, type StageCircuitBreakerOptions } from './options.ts'
import { abortOf, unheard, verdictOn, verdictOnAbort, type Verdict } from './verdict.ts'

/** The interceptor that `circuitBreaker()` makes. */
export interface CircuitBreaker extends Interceptor {
  /** The circuits as they are now, as JSON, for `circuitBreaker({ restore })`. */
  export(): CircuitBreakerState
}

type IsFailure = NonNullable<StageCircuitBreakerOptions['isFailure']>
const everyError: IsFailure = () => true

/** Stops calling what keeps failing: after 5 failures in a row a stage's calls fail with `circuit-breaker/open` for 30 s, then one call tries. */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  checkOptions(options)
  const { key, maxKeys = 1_000, restore } = options
  const policy = policyOf(options)
  const circuits = new Circuits(maxKeys, policy, restore)
  const underWay = new CallsUnderWay()

  /** Every call is counted here, once, whatever made it end. */
  function judge(call: Call, verdict: Verdict, error?: unknown, emit?: TryEmitEvent): void {
    const { circuit, period, context } = call
    call.judged = true
    if (call.probe > 0) {
      call.unlisten?.()
      circuit.release(call.probe)
    }
    if (verdict === 'neither') return
    const met = circuit.state
    const { clock } = context
    const changed = verdict === 'success' ? circuit.succeeded(period, clock) : circuit.failed(period, clock)
    if (!changed) return
    circuits.keep(circuit)
    noteCircuit(context, circuit, met, clock.now())
    emitChange(emit ?? context.tryEmitEvent, circuit, met, error)
  }

  /** A call that was aborted has counted when somebody else goes on, however long its code goes on. */
  function judgeAborted(call: Call): boolean {
    const aborted = call.judged ? undefined : abortOf(call.context)
    if (aborted !== undefined) judge(call, verdictOnAbort(aborted.reason), aborted.reason)
    return call.judged
  }

  function ended(call: Call, output: StageOutput, isFailure: IsFailure): void {
    if (judgeAborted(call)) return
    judge(call, verdictOf(call, output, isFailure), 'error' in output ? output.error : undefined)
  }

  /** A circuit that is not closed lets a call through as its probe, or answers in its place. */
  function meetTripped(circuit: Circuit, context: InterceptorContext): Call | StageOutput {
    const now = context.clock.now()
    const from = circuit.state
    const place = circuit.admitProbe(now)
    if (place === 0) {
      const error = new CircuitOpenError(context.stage.name, circuit.key, from, circuit.refusesMs(now))
      noteCircuit(context, circuit, from)
      const data = { key: circuit.key, state: from, afterMs: error.afterMs }
      return StageOutput.fail(error, { retryable: false, data })
    }
    const changed = circuit.state !== from
    noteCircuit(context, circuit, 'half-open', changed ? now : undefined)
    if (changed) emitChange(context.tryEmitEvent, circuit, from)
    const call = callOf(circuit, context, place)
    // Only a probe listens: others wait for its place, so it is free the moment that the probe is given up.
    const { signal } = context
    const onAbort = (): void => {
      if (!call.judged) judge(call, verdictOnAbort(signal.reason), signal.reason)
    }
    signal.addEventListener('abort', onAbort)
    call.unlisten = () => signal.removeEventListener('abort', onAbort)
    return call
  }

  function wrap(next: RunStage, stage: StageInfo): RunStage {
    const { circuitBreaker: own = {} } = stage.options
    if (own === false) return next
    checkStageOptions(stage.name, own, key !== undefined)
    const { isFailure = options.isFailure ?? everyError } = own
    const ofStage = key ?? circuits.ofStage(`${stage.pipeline.name}/${stage.name}`, policyOf(own, policy))
    const calls = underWay.ofStage(stage)
    return (context) => {
      // A retry around a time-out: the attempt before may hang still.
      if (!calls.none && context.attempt > 1) calls.of(context.run).forEach(judgeAborted)
      let circuit: Circuit
      if (typeof ofStage === 'function') {
        const name: unknown = ofStage(context)
        if (typeof name !== 'string' || name === '') return StageOutput.fail(illegalKey(unheard(name), stage))
        circuit = circuits.of(name)
      } else circuit = ofStage
      const { period } = circuit
      let call: Call | undefined
      if (circuit.state !== 'closed') {
        const met = meetTripped(circuit, context)
        if (!('circuit' in met)) return met
        call = met
      }
      const output = next(context)
      if (output instanceof Promise) {
        const waiting = call ?? callOf(circuit, context, 0, period)
        calls.add(waiting)
        return context.observe(output, (settled) => {
          calls.remove(waiting)
          ended(waiting, settled, isFailure)
        })
      }
      // The common case: nothing can have aborted what never waited.
      if (call === undefined && output.status === 'ok') circuit.succeeded(period, context.clock)
      else ended(call ?? callOf(circuit, context, 0, period), output, isFailure)
      return output
    }
  }

  /** Finds the calls that hang although their stage has settled, as when a time-out around this interceptor has answered. */
  function settled(record: StageRecord, run: RunContext): void {
    // What ended well has answered here before, unless its code still runs.
    const { status, error, attempts, abandoned } = record
    if (status === 'ok' && hasEnded(attempts)) return
    const timedOut = error?.code === 'timeout/exceeded'
    for (const call of underWay.take(run, record.stage)) {
      if (call.judged) continue
      const aborted = abortOf(call.context)
      const verdict = timedOut ? 'failure' : aborted === undefined ? 'neither' : verdictOnAbort(aborted.reason)
      // An abandoned stage emits nothing more.
      judge(call, verdict, error ?? aborted?.reason, abandoned === true ? run.tryEmitEvent : undefined)
    }
  }

  return {
    name: 'circuit-breaker',
    stageOptions: ['circuitBreaker'],
    wrap,
    settled,
    export: () => circuits.save(),
  }
}

/** An isFailure that throws is a bug beside the run: the failure counts, and the report says so. */
function verdictOf({ context, circuit }: Call, output: StageOutput, isFailure: IsFailure): Verdict {
  try {
    return verdictOn(output, isFailure)
  } catch (cause) {
    const about = `The isFailure of circuitBreaker() did not answer at stage "${context.stage.name}" (circuit "${circuit.key}")`
    context.run.problem(
      new StageflowError(
        'circuit-breaker/is-failure-threw',
        `${about}; the failure was counted. Let it answer true or false for every error.`,
        { cause },
      ),
    )
    return 'failure'
  }
}

function callOf(circuit: Circuit, context: InterceptorContext, probe: number, period: number = circuit.period): Call {
  return {
    circuit,
    period,
    context,
    probe,
    judged: false,
    unlisten: undefined,
    before: undefined,
    after: undefined,
  }
}

const hasEnded = (attempts: StageRecord['attempts']): boolean =>
  attempts.length > 0 && attempts[attempts.length - 1]?.endedAt !== undefined

function illegalKey(key: unknown, { name, pipeline }: StageInfo): StageflowError {
  const given = key === '' ? 'an empty text' : `a value of type ${typeof key}`
  return new StageflowError(
    'circuit-breaker/illegal-key',
    `The "key" of circuitBreaker() gave ${given} for stage "${name}" of "${pipeline.name}"; it must give a text, the name of a circuit, such as that of a provider.`,
  )
}
