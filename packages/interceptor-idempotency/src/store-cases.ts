import { deepEqual, equal, ok } from 'node:assert/strict'

import { systemClock } from '@stageflow/core'

import { randomCommands, type StoreCommand } from './store-commands.ts'
import { storeModel, type StoreModel } from './store-model.ts'
import type { Claim, ClaimAnswer, Completion, IdempotencyStore } from './store.ts'

/** What each case gets. */
export interface CaseTools {
  readonly store: IdempotencyStore
  /** A key that no other case uses. */
  readonly key: string
  readonly shortMs: number
  readonly claim: (token: string, changes?: Partial<Claim> & { readonly key?: string }) => Promise<ClaimAnswer>
  readonly complete: (token: string, changes?: Partial<Completion> & { readonly key?: string }) => Promise<boolean>
  readonly release: (token: string) => Promise<void>
  /** Resolves when every record that lives this long has expired. Default: `shortMs`. */
  readonly expire: (livedMs?: number) => Promise<void>
}

/** Longer than any case takes. */
export const LONG_MS = 3_600_000
const CLAIMED = { status: 'claimed' }
export const P1: string = '1'.repeat(64)
const P2 = '2'.repeat(64)

async function isRunning(answer: Promise<ClaimAnswer>, parameters: string, leaseMs: number): Promise<void> {
  const given = await answer
  ok(
    given.status === 'running',
    `the answer must be 'running', because another token has the claim: ${JSON.stringify(given)}`,
  )
  equal(given.parameters, parameters)
  ok(
    given.leaseMs > 0 && given.leaseMs <= leaseMs,
    `leaseMs must be above 0 and at most ${leaseMs}, not ${given.leaseMs}`,
  )
}

/** The cases of the contract by name. */
export const CASES: Readonly<Record<string, (tools: CaseTools) => Promise<void>>> = {
  'a free key is claimed': async ({ claim }) => {
    deepEqual(await claim('a'), CLAIMED)
  },
  'a claim keeps other tokens out, and its parameters and remaining lease are returned': async ({ claim }) => {
    await claim('a', { leaseMs: 60_000 })
    await isRunning(claim('b', { parameters: P2 }), P1, 60_000)
    await isRunning(claim('c'), P1, 60_000)
  },
  'the owner can claim again': async ({ claim }) => {
    await claim('a')
    deepEqual(await claim('a'), CLAIMED)
    await isRunning(claim('b'), P1, LONG_MS)
  },
  'claiming again renews the lease': async ({ claim, shortMs, expire }) => {
    await claim('a', { leaseMs: shortMs })
    await claim('a')
    await expire()
    await isRunning(claim('b'), P1, LONG_MS)
  },
  'another token takes over a claim whose lease has ended, and the old owner can change nothing': async (tools) => {
    const { claim, complete, release, shortMs, expire } = tools
    await claim('a', { leaseMs: shortMs })
    await expire()
    deepEqual(await claim('b', { parameters: P2 }), CLAIMED)
    await isRunning(claim('a'), P2, LONG_MS)
    equal(await complete('a'), false)
    await release('a')
    await isRunning(claim('c'), P2, LONG_MS)
    equal(await complete('b', { parameters: P2 }), true)
    equal(await complete('a'), false)
    deepEqual(await claim('a'), { status: 'completed', parameters: P2, value: 'b' })
  },
  'an owner that is late but not replaced gets its claim back': async ({ claim, shortMs, expire }) => {
    await claim('a', { leaseMs: shortMs })
    await expire()
    deepEqual(await claim('a'), CLAIMED)
    await isRunning(claim('b'), P1, LONG_MS)
  },
  'an owner that is late but not replaced can complete': async ({ claim, complete, shortMs, expire }) => {
    await claim('a', { leaseMs: shortMs })
    await expire()
    equal(await complete('a'), true)
    deepEqual(await claim('b'), { status: 'completed', parameters: P1, value: 'a' })
  },
  'every token gets the completion, its owner too': async ({ claim, complete }) => {
    await claim('a')
    equal(await complete('a', { value: 'done' }), true)
    for (const token of ['a', 'b', 'c'])
      deepEqual(await claim(token, { parameters: P2 }), { status: 'completed', parameters: P1, value: 'done' })
  },
  'completing again with the same token returns true': async ({ claim, complete }) => {
    await claim('a')
    equal(await complete('a'), true)
    equal(await complete('a'), true)
    deepEqual(await claim('b'), { status: 'completed', parameters: P1, value: 'a' })
  },
  'another token overwrites neither a claim nor a completion': async ({ claim, complete }) => {
    await claim('a')
    equal(await complete('b'), false)
    await isRunning(claim('c'), P1, LONG_MS)
    await complete('a')
    equal(await complete('b', { parameters: P2 }), false)
    deepEqual(await claim('c'), { status: 'completed', parameters: P1, value: 'a' })
  },
  'a completion of a key without a record is kept': async ({ claim, complete }) => {
    equal(await complete('a'), true)
    deepEqual(await claim('b'), { status: 'completed', parameters: P1, value: 'a' })
  },
  'a completion outlives the lease of its claim': async ({ claim, complete, shortMs, expire }) => {
    await claim('a', { leaseMs: shortMs })
    await complete('a')
    await expire()
    deepEqual(await claim('b'), { status: 'completed', parameters: P1, value: 'a' })
  },
  'a completion ends with its time to live, however long the lease was': async ({
    claim,
    complete,
    shortMs,
    expire,
  }) => {
    await claim('a')
    await complete('a', { ttlMs: shortMs })
    await expire()
    deepEqual(await claim('b', { parameters: P2 }), CLAIMED)
    await isRunning(claim('a'), P2, LONG_MS)
  },
  'a released key is free': async ({ claim, release }) => {
    await claim('a')
    await release('a')
    deepEqual(await claim('b', { parameters: P2 }), CLAIMED)
    await isRunning(claim('a'), P2, LONG_MS)
  },
  'only the owner can release, only a claim, and any number of times': async ({ claim, complete, release }) => {
    await release('a')
    await claim('a')
    await release('b')
    await isRunning(claim('b'), P1, LONG_MS)
    await complete('a')
    await release('a')
    await release('a')
    deepEqual(await claim('b'), { status: 'completed', parameters: P1, value: 'a' })
  },
  'similar keys are different keys': async ({ key, claim, complete }) => {
    const keys = [
      '',
      'A',
      'a',
      'a ',
      ' a',
      'ab',
      '%',
      '_',
      '*',
      '?',
      '\\',
      "'",
      '"',
      ';',
      ':',
      '/',
      '#',
      '{a}',
      '\u00e9',
      'e\u0301',
      '😀',
      '__proto__',
    ]
    const all = keys.map((end) => `${key}${end}`)
    for (const each of all)
      deepEqual(await claim(each, { key: each }), CLAIMED, `for the key that ends in ${each.slice(key.length)}`)
    for (const each of all) equal(await complete(each, { key: each }), true)
    for (const each of all)
      deepEqual(await claim('b', { key: each }), { status: 'completed', parameters: P1, value: each })
  },
  'a key can have 256 characters of any alphabet': async ({ key, claim }) => {
    for (const letter of ['k', 'ß', '界']) {
      const long = key + letter.repeat(255 - key.length)
      deepEqual(await claim('a', { key: `${long}1` }), CLAIMED)
      deepEqual(await claim('b', { key: `${long}2` }), CLAIMED)
      await isRunning(claim('b', { key: `${long}1` }), P1, LONG_MS)
    }
  },
  'a value is returned unchanged': async ({ key, claim, complete }) => {
    const values = [
      '',
      ' ',
      '007',
      '1e3',
      'null',
      '{"a":1}',
      '[{"__proto__":1,"~__proto__":2}]',
      'line\r\nline\t',
      "'; --",
      '\\u0000',
      '\u0001\u2028é😀',
      'x'.repeat(2 ** 20),
    ]
    for (const [index, value] of values.entries()) {
      const each = `${key}${index}`
      equal(await complete('a', { key: each, value }), true)
      deepEqual(await claim('b', { key: each }), { status: 'completed', parameters: P1, value })
    }
  },
  'one of fifty simultaneous claims gets the key': async ({ claim }) => {
    const tokens = Array.from({ length: 50 }, (_, index) => `t${index}`)
    const answers = await Promise.all(tokens.map((token) => claim(token)))
    equal(answers.filter(({ status }) => status === 'claimed').length, 1)
    equal(answers.filter(({ status }) => status === 'running').length, 49)
  },
  'one of fifty simultaneous claims takes over after a lease': async ({ claim, shortMs, expire }) => {
    await claim('gone', { leaseMs: shortMs })
    await expire()
    const tokens = Array.from({ length: 50 }, (_, index) => `t${index}`)
    const answers = await Promise.all(tokens.map((token) => claim(token)))
    equal(answers.filter(({ status }) => status === 'claimed').length, 1)
  },
  'one of fifty simultaneous completions of a key without a record is kept': async ({ claim, complete }) => {
    const tokens = Array.from({ length: 50 }, (_, index) => `t${index}`)
    const answers = await Promise.all(tokens.map((token) => complete(token)))
    const winners = tokens.filter((_, index) => answers[index])
    equal(winners.length, 1)
    deepEqual(await claim('b'), { status: 'completed', parameters: P1, value: winners[0] })
  },
  'random sequences of operations return what the model returns': async (tools) => {
    for (let seed = 1; seed <= 6; seed++) {
      // Records live longer at each try, so that a busy machine can keep up.
      for (let tries = 0, livedMs = tools.shortMs; ; livedMs *= 2) {
        if (await answersAsModel(tools, livedMs, seed, `${tools.key}${seed}.${tries}`)) break
        ok(++tries < 7, `eight operations took longer than ${livedMs} ms: raise shortMs`)
      }
    }
  },
}

/** False if the machine paused for so long that records expired in the middle of a round: then nothing can be compared. */
async function answersAsModel(
  { store, expire }: CaseTools,
  livedMs: number,
  seed: number,
  prefix: string,
): Promise<boolean> {
  const model = storeModel()
  const done: string[] = []
  let roundAt = systemClock.now()
  for (const command of randomCommands(seed, livedMs, LONG_MS)) {
    if (command.type === 'expire') {
      model.advance(Math.ceil(livedMs * 1.2))
      await expire(livedMs)
      roundAt = systemClock.now()
      continue
    }
    done.push(JSON.stringify(command))
    const key = prefix + command.key
    const [given, expected] = await answersTo(command, key, store, model)
    if (systemClock.now() - roundAt >= livedMs) return false
    deepEqual(given, expected, `seed ${seed}: ${done.join(' ')}`)
  }
  return true
}

type Operation = Exclude<StoreCommand, { readonly type: 'expire' }>

async function answersTo(
  command: Operation,
  key: string,
  store: IdempotencyStore,
  model: StoreModel,
): Promise<readonly [unknown, unknown]> {
  if (command.type === 'claim')
    return [withoutLease(await store.claim(key, command.claim)), withoutLease(model.claim(key, command.claim))]
  if (command.type === 'complete')
    return [await store.complete(key, command.completion), model.complete(key, command.completion)]
  await store.release(key, command.token)
  model.release(key, command.token)
  return [undefined, undefined]
}

/** The rest of a lease depends on how fast the store is. */
function withoutLease(answer: ClaimAnswer): object {
  return answer.status === 'running' ? { status: answer.status, parameters: answer.parameters } : answer
}
