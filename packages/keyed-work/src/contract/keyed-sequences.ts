import type { Completion, KeyedStore } from '../keyed-store.ts'
import { type Random, randomSequences, type Step } from '../suite/random-sequences.ts'
import { LONG_MS } from '../suite/store-bench.ts'
import { claimText, completeText, type KeyedBench, releaseText } from './keyed-bench.ts'
import { keyedModel } from './keyed-model.ts'

/** Runs random operations on the store and on the model, and compares every answer. */
export function randomOperations(bench: KeyedBench): Promise<void> {
  return randomSequences(bench, { model: keyedModel, begin: beginOperations })
}

/**
 * Operations by three owners on two keys. An owner completes a key with the same completion each time, as a client that repeats a
 * command does.
 */
function beginOperations(random: Random, shortMs: number): () => Step<KeyedStore> {
  const oneOf = <Choice>(...choices: readonly Choice[]): Choice => choices[random(choices.length)] as Choice
  const lifeMs = (): number => oneOf(shortMs, LONG_MS)
  const completionBy = (token: string): Completion => ({
    token,
    parameters: oneOf('1', '2').repeat(64),
    value: `of ${token}`,
    ttlMs: lifeMs(),
  })
  const owners = [completionBy('a'), completionBy('b'), completionBy('c')]
  return () => {
    const key = oneOf('x', 'y')
    const owner = oneOf(...owners)
    const leaseMs = lifeMs()
    const stepOf = oneOf(claimStep, claimStep, completeStep, releaseStep)
    return stepOf(key, owner, leaseMs)
  }
}

function claimStep(key: string, { token, parameters }: Completion, leaseMs: number): Step<KeyedStore> {
  const claim = { token, parameters, leaseMs }
  return { text: claimText(claim, key), act: (store, prefix) => store.claim(prefix + key, claim) }
}

function completeStep(key: string, completion: Completion): Step<KeyedStore> {
  return { text: completeText(completion, key), act: (store, prefix) => store.complete(prefix + key, completion) }
}

function releaseStep(key: string, { token }: Completion): Step<KeyedStore> {
  return {
    text: releaseText(token, key),
    act: async (store, prefix) => {
      await store.release(prefix + key, token)
    },
  }
}
