import { isDeepStrictEqual } from 'node:util'

import { systemClock } from '@stageflow/core'

import { LONG_MS, claimText, completeText, listOf, releaseText, shown, type StoreBench } from './store-bench.ts'
import { randomCommands, type StoreCommand } from './store-commands.ts'
import { storeModel, type ModelAnswer, type StoreModel } from './store-model.ts'
import { breach, must } from './store-rule.ts'
import type { ClaimAnswer, IdempotencyStore } from './store.ts'

const SEEDS = 6
/** A sequence is made shorter for at most this long, because each try may have to wait until records expire. */
const SHRINK_MS = 2_000

/** A sequence whose last command broke a rule. */
interface Failure {
  readonly commands: readonly StoreCommand[]
  readonly steps: readonly string[]
  readonly rule: string
  readonly seen: string
}
/** `paused`: the machine was so slow that records expired in the middle of a round, so nothing can be compared. */
type Outcome = Failure | 'same' | 'paused'

/**
 * Runs random sequences on the store and on the model. A difference is reported as the shortest sequence that shows it, with the rule that
 * it breaks. `mendOf`: what to do with a store that breaks a rule.
 */
export async function randomSequences(bench: StoreBench, mendOf: (rule: string) => string): Promise<void> {
  let tries = 0
  const run = (commands: readonly StoreCommand[], livedMs: number): Promise<Outcome> =>
    answersAsModel(bench, commands, livedMs, `${bench.key}.${++tries}`)
  for (let seed = 1; seed <= SEEDS; seed++) {
    // Records live longer at each try, so that a busy machine can keep up.
    for (let time = 0, livedMs = bench.shortMs; ; time++, livedMs *= 2) {
      const outcome = await run(randomCommands(seed, livedMs, LONG_MS), livedMs)
      if (outcome === 'same') break
      if (outcome === 'paused') {
        must(time < 6, `eight operations took longer than ${livedMs} ms: pass storeContract a longer shortMs.`)
        continue
      }
      const { rule, seen, steps } = await shortest(outcome, (commands) => run(commands, livedMs))
      throw breach(rule, `${seen}. ${listOf(steps)} The sequence is random, from seed ${seed}.`, mendOf(rule))
    }
  }
}

/** Leaves out one command after the other, as long as what is left still breaks a rule. */
async function shortest(
  first: Failure,
  run: (commands: readonly StoreCommand[]) => Promise<Outcome>,
): Promise<Failure> {
  const until = systemClock.now() + SHRINK_MS
  let found = first
  const fails = async (commands: readonly StoreCommand[]): Promise<boolean> => {
    const outcome = await run(commands)
    if (typeof outcome === 'string') return false
    found = outcome
    return true
  }
  // Without waits the other tries take no time.
  await fails(found.commands.filter(({ type }) => type !== 'expire'))
  for (let isShorter = true; isShorter;) {
    isShorter = false
    for (let place = found.commands.length - 1; place >= 0; place--) {
      if (systemClock.now() >= until) return found
      if (await fails(found.commands.toSpliced(place, 1))) isShorter = true
    }
  }
  return found
}

async function answersAsModel(
  bench: StoreBench,
  commands: readonly StoreCommand[],
  livedMs: number,
  prefix: string,
): Promise<Outcome> {
  const model = storeModel()
  const steps: string[] = []
  let roundAt = systemClock.now()
  for (const [place, command] of commands.entries()) {
    if (command.type === 'expire') {
      steps.push('all records with a short life expire')
      model.advance(Math.ceil(livedMs * 1.2))
      await bench.expire(livedMs)
      roundAt = systemClock.now()
      continue
    }
    const { answer, rule } = modelAnswer(command, prefix, model)
    const given = await storeAnswer(command, prefix, bench.store)
    if (systemClock.now() - roundAt >= livedMs) return 'paused'
    steps.push(`${textOf(command)}${given === undefined ? '' : ` → ${shown(given)}`}`)
    if (!isDeepStrictEqual(withoutLease(given), withoutLease(answer))) {
      const seen = `the last of these operations must return ${shown(withoutLease(answer))}, not ${shown(given)}`
      return { commands: commands.slice(0, place + 1), steps, rule, seen }
    }
  }
  return 'same'
}

type Operation = Exclude<StoreCommand, { readonly type: 'expire' }>

function modelAnswer(
  command: Operation,
  prefix: string,
  model: StoreModel,
): ModelAnswer<ClaimAnswer | boolean | undefined> {
  const key = prefix + command.key
  if (command.type === 'claim') return model.claim(key, command.claim)
  if (command.type === 'complete') return model.complete(key, command.completion)
  model.release(key, command.token)
  return { answer: undefined, rule: 'release returns nothing' }
}

async function storeAnswer(command: Operation, prefix: string, store: IdempotencyStore): Promise<unknown> {
  const key = prefix + command.key
  if (command.type === 'claim') return store.claim(key, command.claim)
  if (command.type === 'complete') return store.complete(key, command.completion)
  await store.release(key, command.token)
  return undefined
}

function textOf(command: Operation): string {
  if (command.type === 'claim') return claimText(command.claim, command.key)
  if (command.type === 'complete') return completeText(command.completion, command.key)
  return releaseText(command.token, command.key)
}

/** The rest of a lease depends on how fast the store is. */
function withoutLease(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('leaseMs' in answer)) return answer
  const { leaseMs: _, ...rest } = answer
  return rest
}
