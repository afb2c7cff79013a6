import { StageOutput } from '@stageflow/core'
import type { Interceptor, InterceptorContext } from '@stageflow/core'
import { checkOptions, functionLike, isPlain, optionProblems, refuseOptions, required, show } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { SEEDED, seededNumbers } from '../random/seeded-random.ts'
import type { SeedOptions } from '../random/seeded-random.ts'
import { DELAY_RANGE, delayAt, SHARE } from './delay-range.ts'
import type { DelayRange } from './delay-range.ts'
import { httpError } from './http-error.ts'
import { placeOf } from '../events/place-of.ts'

/** How often the calls of a stage suffer which fault. The three shares together are at most 1. */
export interface StageFaults {
  /** The part of the calls that fail without running the stage, from 0 to 1. Default: 0. */
  readonly fail?: number
  /** The part of the calls that never answer, until their signal aborts. Default: 0. */
  readonly hang?: number
  /** The part of the calls that start late. Default: 0. */
  readonly delay?: number
  /** How late, in ms, or [least, most] for a random delay. Default: [100, 1,000]. */
  readonly delayMs?: DelayRange
  /** Makes the error of a call that fails. Default: `httpError(503)`. */
  readonly error?: () => unknown
}

/** A fault that was injected. */
export interface InjectedFault {
  /** The stage, with the path of its child run before it, or the item of a map, such as `letters#2`. */
  readonly stage: string
  /** The number of the call of this stage or item, from 1. */
  readonly call: number
  readonly fault: 'fail' | 'hang' | 'delay'
  /** How late it starts, in ms. */
  readonly delayMs?: number
}

/** An interceptor that injects faults, and what it has injected. */
export interface FaultInjector extends Interceptor {
  readonly injected: readonly InjectedFault[]
}

const RULES: OptionRules<StageFaults> = {
  fail: SHARE,
  hang: SHARE,
  delay: SHARE,
  delayMs: DELAY_RANGE,
  error: functionLike('() => error'),
}

const ARGUMENTS: OptionRules = {
  faults: required([isPlain, 'an object with the faults of each stage, such as { llm: { fail: 0.2 } }']),
}

/**
 * Makes an interceptor that lets calls of stages fail, hang or start late, by the names of the stages; `*` is for all others. A
 * seed always injects the same faults. Put it last in the list, so that retries and timeouts act on its faults.
 */
export function faultInjector(faults: Readonly<Record<string, StageFaults>>, options: SeedOptions = {}): FaultInjector {
  checkFaults(faults, options)
  const numberOf = seededNumbers(options.seed ?? 1)
  const calls = new Map<string, number>()
  const injected: InjectedFault[] = []

  return {
    name: 'fault-injector',
    get injected() {
      return [...injected]
    },
    wrap(next, { name }) {
      const rule = Object.hasOwn(faults, name) ? faults[name] : faults['*']
      if (rule === undefined) return next
      const { fail = 0, hang = 0, delay = 0, delayMs: range = [100, 1_000], error = () => httpError(503) } = rule
      return async (context) => {
        const stage = placeOf(context.run, name)
        const call = (calls.get(stage) ?? 0) + 1
        calls.set(stage, call)
        const place = numberOf(`${stage} ${call}`)
        if (place < fail) {
          injected.push({ stage, call, fault: 'fail' })
          return StageOutput.fail(error())
        }
        if (place < fail + hang) {
          injected.push({ stage, call, fault: 'hang' })
          return await aborted(context)
        }
        if (place < fail + hang + delay) {
          const delayMs = delayAt(range, numberOf(`${stage} ${call} delay`))
          injected.push({ stage, call, fault: 'delay', delayMs })
          await context.clock.sleep(delayMs, context.signal)
        }
        return next(context)
      }
    },
  }
}

/** Rejects with the signal's reason when it aborts. */
function aborted({ signal }: InterceptorContext): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function checkFaults(faults: Readonly<Record<string, StageFaults>>, options: SeedOptions): void {
  const where = 'faultInjector(faults, options)'
  const code = 'testing/illegal-option'
  checkOptions(where, code, { faults }, ARGUMENTS)
  const problems = Object.entries(faults).flatMap(([stage, rule]) => problemsOf(stage, rule))
  refuseOptions(where, code, [...problems, ...optionProblems(options, SEEDED)])
}

/** What is wrong with the faults of one stage. */
function problemsOf(stage: string, faults: StageFaults): readonly string[] {
  if (typeof faults !== 'object' || faults === null)
    return [
      `${stage} must be an object with the faults of the stage "${stage}", such as { fail: 0.2 }, not ${show(faults)}`,
    ]
  const problems = optionProblems(faults, RULES, `${stage}.`)
  if (problems.length > 0) return problems
  const { fail = 0, hang = 0, delay = 0 } = faults
  const share = fail + hang + delay
  return share > 1 ? [`${stage}.fail, hang and delay must be at most 1 together, not ${share}`] : []
}
