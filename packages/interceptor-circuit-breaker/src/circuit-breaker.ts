import {
  StageOutput,
  StageflowError,
  type Interceptor,
  type InterceptorContext,
  type OnCall,
  type CallPart,
  type StageInfo,
} from '@stageflow/core'

import { emitChange, noteCircuit } from './circuit-events.ts'
import type { CircuitBreakerState } from './circuit-state.ts'
import type { Circuit } from './circuit.ts'
import { Circuits } from './circuits.ts'
import { CircuitOpenError } from './open-error.ts'
import { checkOptions, checkStageOptions } from './option-check.ts'
import { policyOf, type CircuitBreakerOptions, type StageCircuitBreakerOptions } from './options.ts'
import { unheard, verdictOn, verdictOnAbort, type Verdict } from './verdict.ts'

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

  /** Every call is counted here, once, whatever made it end. */
  function count(
    circuit: Circuit,
    period: number,
    context: InterceptorContext,
    verdict: Verdict,
    error: unknown,
  ): void {
    if (verdict === 'neither') return
    const met = circuit.state
    const { clock } = context
    const changed = verdict === 'success' ? circuit.succeeded(period, clock) : circuit.failed(period, clock)
    if (!changed) return
    circuits.keep(circuit)
    noteCircuit(context, circuit, met, clock.now())
    // A stage that was abandoned emits nothing more.
    const { tryEmitEvent } = context.record.abandoned === true ? context.run : context
    emitChange(tryEmitEvent, circuit, met, error)
  }

  /** A call that was aborted counts by why, however it ends. */
  function ended(
    circuit: Circuit,
    period: number,
    context: InterceptorContext,
    output: StageOutput,
    isFailure: IsFailure,
  ): void {
    const { aborted } = context
    if (aborted !== undefined) return count(circuit, period, context, verdictOnAbort(aborted.reason), aborted.reason)
    // Given up without an abort, as by a race with a timer.
    if (output.status === 'cancel' && context.record.error?.code === 'timeout/exceeded')
      return count(circuit, period, context, 'failure', context.record.error)
    const error = 'error' in output ? output.error : undefined
    count(circuit, period, context, verdictOf(circuit, context, output, isFailure), error)
  }

  /** What goes along with calls that are just counted: while the circuit keeps its state, the same with all of them. */
  function countedCalls(isFailure: IsFailure): (circuit: Circuit) => CallPart {
    let of: Circuit | undefined
    let period = 0
    let last: CallPart = {}
    return (circuit) => {
      if (of === circuit && period === circuit.period) return last
      of = circuit
      const met = (period = circuit.period)
      return (last = { ended: (output, context) => ended(circuit, met, context, output, isFailure) })
    }
  }

  /** A circuit that is not closed lets a call through as its probe, or answers in its place. */
  function meetTripped(circuit: Circuit, context: InterceptorContext, isFailure: IsFailure): ReturnType<OnCall> {
    const now = context.clock.now()
    const from = circuit.state
    const probe = circuit.admitProbe(now, topRunOf(context))
    if (probe === undefined) {
      const error = new CircuitOpenError(context.stage.name, circuit.key, from, circuit.refusesMs(now))
      noteCircuit(context, circuit, from)
      const data = { key: circuit.key, state: from, afterMs: error.afterMs }
      return StageOutput.fail(error, { retryable: false, data })
    }
    const changed = circuit.state !== from
    noteCircuit(context, circuit, 'half-open', changed ? now : undefined)
    if (changed) emitChange(context.tryEmitEvent, circuit, from)
    const { period } = circuit
    const { signal } = context
    let isOver = false
    const over = (judge: () => void): void => {
      if (isOver) return
      isOver = true
      signal.removeEventListener('abort', onAbort)
      circuit.release(probe)
      judge()
    }
    // Only a probe listens: others wait for its place, so it is free the moment that the probe is given up.
    const onAbort = (): void =>
      over(() => count(circuit, period, context, verdictOnAbort(signal.reason), signal.reason))
    signal.addEventListener('abort', onAbort)
    return { ended: (output) => over(() => ended(circuit, period, context, output, isFailure)) }
  }

  function onCall(stage: StageInfo): OnCall | undefined {
    const { circuitBreaker: own = {} } = stage.options
    if (own === false) return undefined
    checkStageOptions(stage.name, own, key !== undefined)
    const { isFailure = options.isFailure ?? everyError } = own
    const counted = countedCalls(isFailure)
    const meet = (circuit: Circuit, context: InterceptorContext): ReturnType<OnCall> => {
      if (circuit.state === 'closed') return counted(circuit)
      if (!circuit.isProbedBy(topRunOf(context))) return meetTripped(circuit, context, isFailure)
      noteCircuit(context, circuit, circuit.state)
      return counted(circuit)
    }
    if (key === undefined) {
      const circuit = circuits.ofStage(`${stage.pipeline.name}/${stage.name}`, policyOf(own, policy))
      return (context) => meet(circuit, context)
    }
    return (context) => {
      const name: unknown = key(context)
      return typeof name === 'string' && name !== ''
        ? meet(circuits.of(name), context)
        : StageOutput.fail(illegalKey(unheard(name), stage))
    }
  }

  return {
    name: 'circuit-breaker',
    stageOptions: ['circuitBreaker'],
    onCall,
    export: () => circuits.save(),
  }
}

const topRunOf = ({ run }: InterceptorContext): string => run.parent?.rootRunId ?? run.pipelineRunId

/** An isFailure that throws is a bug beside the run: the failure counts, and the report says so. */
function verdictOf(circuit: Circuit, context: InterceptorContext, output: StageOutput, isFailure: IsFailure): Verdict {
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

function illegalKey(key: unknown, { name, pipeline }: StageInfo): StageflowError {
  const given = key === '' ? 'an empty text' : `a value of type ${typeof key}`
  return new StageflowError(
    'circuit-breaker/illegal-key',
    `The "key" of circuitBreaker() gave ${given} for stage "${name}" of "${pipeline.name}"; it must give a text, the name of a circuit, such as that of a provider.`,
  )
}
