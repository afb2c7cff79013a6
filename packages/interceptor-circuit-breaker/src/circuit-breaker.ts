import {
  StageOutput,
  StageflowError,
  type Interceptor,
  type InterceptorContext,
  type OnCall,
  type CallPart,
  type StageInfo,
} from '@stageflow/core'
import { checkArgumentCount, show } from '@stageflow/core/kit'

import { emitChange, noteCircuit, noteUnknown } from './circuit-events.ts'
import type { Circuit, Probe } from './circuit.ts'
import { Circuits } from './circuits.ts'
import { CircuitOpenError } from './open-error.ts'
import { factoryPolicy, stagePolicy, type CircuitBreakerOptions } from './options.ts'
import type { CircuitBreakerState } from './saved-circuits.ts'
import { verdictOn, verdictOnAbort, withoutRejection, type IsFailure, type Verdict } from './verdict.ts'

/** The interceptor that `circuitBreaker()` makes. */
export interface CircuitBreaker extends Interceptor {
  /** The circuits as they are now, as JSON, for `circuitBreaker({ restore })`. Circuits of unnamed pipelines are not included. */
  export(): CircuitBreakerState
  /** What the circuits have counted since `circuitBreaker()` made them. */
  stats(): CircuitBreakerStats
}

export interface CircuitBreakerStats {
  /** Calls that a circuit refused. */
  readonly refused: number
  /** How often a circuit opened, after a failed probe too. */
  readonly opened: number
  /** How often a circuit closed again. */
  readonly closed: number
  /** Failed calls that no circuit counted, because their errors don't say whether the service is down. */
  readonly unknown: number
}

/** Stops calling a service that is down: after 5 transient failures or timeouts in a row a stage's calls fail with `circuit-breaker/open` for 30 s, then one call tries. */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  checkArgumentCount(arguments.length, 1, 'circuitBreaker(options)', 'circuit-breaker/illegal-option')
  const policy = factoryPolicy(options)
  const { key, maxKeys = 1_000, restore } = options
  const circuits = new Circuits(maxKeys, policy, restore)
  const stats = { refused: 0, opened: 0, closed: 0, unknown: 0 }

  /** Counts a call. Called once for every call, however it ended. */
  function count(
    circuit: Circuit,
    period: number,
    context: InterceptorContext,
    verdict: Verdict,
    error: unknown,
  ): void {
    if (verdict === 'neither') return
    if (verdict === 'unknown') {
      stats.unknown++
      noteUnknown(context, circuit)
      return
    }
    const from = circuit.state
    const { clock } = context
    const isSuccess = verdict === 'success'
    const hasChanged = isSuccess ? circuit.succeeded(period, clock) : circuit.failed(period, clock)
    if (!hasChanged) return
    if (isSuccess) stats.closed++
    else stats.opened++
    circuits.keep(circuit)
    noteCircuit(context, circuit, from, clock.now())
    // The context of an abandoned stage drops events.
    const { tryEmitEvent } = context.record.abandoned === true ? context.run : context
    emitChange(tryEmitEvent, circuit, from, error)
  }

  /** Counts a call that ended. An aborted call counts by the reason of the abort, whatever its output is. */
  function countEnding(
    circuit: Circuit,
    period: number,
    context: InterceptorContext,
    output: StageOutput,
    isFailure: IsFailure | undefined,
  ): void {
    const { aborted } = context
    if (aborted !== undefined) return count(circuit, period, context, verdictOnAbort(aborted.reason), aborted.reason)
    // An outer interceptor gave the call up without an abort, for example with a race against a timer.
    if (output.status === 'cancel' && context.record.error?.code === 'timeout/timed-out')
      return count(circuit, period, context, 'failure', context.record.error)
    const verdict = verdictOrFailure(circuit, context, output, isFailure)
    count(circuit, period, context, verdict, 'error' in output ? output.error : undefined)
  }

  /** The part of calls that are only counted. While the circuit keeps its state, all calls share one part. */
  function countedCalls(isFailure: IsFailure | undefined): (circuit: Circuit) => CallPart {
    let lastCircuit: Circuit | undefined
    let lastPeriod = 0
    let part: CallPart = {}
    return (circuit) => {
      const { period } = circuit
      if (lastCircuit === circuit && lastPeriod === period) return part
      lastCircuit = circuit
      lastPeriod = period
      part = { ended: (output, context) => countEnding(circuit, period, context, output, isFailure) }
      return part
    }
  }

  /** A circuit that isn't closed lets a call pass as its probe, or refuses it. */
  function meetTripped(
    circuit: Circuit,
    context: InterceptorContext,
    isFailure: IsFailure | undefined,
  ): ReturnType<OnCall> {
    const now = context.clock.now()
    const from = circuit.state
    const probe = circuit.admitProbe(now, topRunOf(context))
    if (probe === undefined) return refuse(circuit, context, now)
    // The probe may have changed the circuit from open to half-open.
    const hasChanged = circuit.state !== from
    noteCircuit(context, circuit, 'half-open', hasChanged ? now : undefined)
    if (hasChanged) emitChange(context.tryEmitEvent, circuit, from)
    return probeCall(circuit, probe, context, isFailure)
  }

  function refuse(circuit: Circuit, context: InterceptorContext, now: number): StageOutput {
    stats.refused++
    const { key, state } = circuit
    const error = new CircuitOpenError(context.stage.name, key, state, circuit.refusesMs(now))
    noteCircuit(context, circuit, state)
    return StageOutput.fail(error, { retryable: false, data: { key, state, afterMs: error.afterMs } })
  }

  /** The part of a probe. It gives up the probe's place and counts the call, once: when the call ends or is aborted. */
  function probeCall(
    circuit: Circuit,
    probe: Probe,
    context: InterceptorContext,
    isFailure: IsFailure | undefined,
  ): CallPart {
    const { period } = circuit
    const { signal } = context
    let isOver = false
    const finish = (countCall: () => void): void => {
      if (isOver) return
      isOver = true
      signal.removeEventListener('abort', onAbort)
      circuit.release(probe)
      countCall()
    }
    // Only a probe listens: its place must be free for others as soon as it is aborted.
    const onAbort = (): void =>
      finish(() => count(circuit, period, context, verdictOnAbort(signal.reason), signal.reason))
    signal.addEventListener('abort', onAbort)
    return { ended: (output) => finish(() => countEnding(circuit, period, context, output, isFailure)) }
  }

  function onCall(stage: StageInfo): OnCall | undefined {
    const { circuitBreaker: own } = stage.options
    if (own === false) return undefined
    const ownPolicy = own === undefined ? policy : stagePolicy(own, policy, key !== undefined)
    const isFailure = own?.isFailure ?? options.isFailure
    const counted = countedCalls(isFailure)
    const meet = (circuit: Circuit, context: InterceptorContext): ReturnType<OnCall> => {
      if (circuit.state === 'closed') return counted(circuit)
      if (!circuit.isProbedBy(topRunOf(context))) return meetTripped(circuit, context, isFailure)
      noteCircuit(context, circuit, circuit.state)
      return counted(circuit)
    }
    if (key === undefined) {
      const circuit = circuits.ofStage(stage, ownPolicy)
      return (context) => meet(circuit, context)
    }
    return (context) => {
      const name: unknown = key(context)
      if (typeof name === 'string' && name !== '') return meet(circuits.of(name), context)
      return StageOutput.fail(illegalKey(withoutRejection(name), stage))
    }
  }

  return {
    name: 'circuit-breaker',
    core: '^1.0.0',
    stageOptions: ['circuitBreaker'],
    onCall,
    export() {
      checkArgumentCount(arguments.length, 0, 'export()', 'circuit-breaker/illegal-option')
      return circuits.save()
    },
    stats() {
      checkArgumentCount(arguments.length, 0, 'stats()', 'circuit-breaker/illegal-option')
      return Object.freeze({ ...stats })
    },
  }
}

const topRunOf = ({ run }: InterceptorContext): string => run.parent?.rootRunId ?? run.pipelineRunId

/** If the app's `isFailure` breaks, the failure counts, and the report has the problem. */
function verdictOrFailure(
  circuit: Circuit,
  context: InterceptorContext,
  output: StageOutput,
  isFailure: IsFailure | undefined,
): Verdict {
  try {
    return verdictOn(output, context.stage, isFailure)
  } catch (cause) {
    const about = `isFailure of circuitBreaker() threw, or did not return a boolean, for stage "${context.stage.name}" (circuit "${circuit.key}")`
    context.run.problem(
      new StageflowError(
        'circuit-breaker/is-failure-threw',
        `${about}. The failure was counted. Return true or false for every error.`,
        { cause },
      ),
    )
    return 'failure'
  }
}

const illegalKey = (key: unknown, { name, pipeline }: StageInfo): StageflowError =>
  new StageflowError(
    'circuit-breaker/illegal-key',
    `key of circuitBreaker() returned ${show(key)} for stage "${name}" of pipeline "${pipeline.name}". Return a string that is not empty, such as the name of the provider.`,
  )
