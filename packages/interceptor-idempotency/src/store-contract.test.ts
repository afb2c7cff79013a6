import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { memoryStore } from './memory-store.ts'
import { storeContract } from './store-contract.ts'
import type { IdempotencyStore } from './store.ts'

// Stores with one fault each. The contract must find every fault.
const faults: Record<string, (store: IdempotencyStore) => Partial<IdempotencyStore>> = {
  'looks first and writes later': (store) => ({
    claim: async (key, claim) => {
      const there = await store.claim(key, { ...claim, token: 'look' })
      if (there.status !== 'claimed') return store.claim(key, claim)
      await store.release(key, 'look')
      await new Promise((resolve) => setImmediate(resolve))
      return (await store.claim(key, claim)).status === 'completed' ? store.claim(key, claim) : { status: 'claimed' }
    },
  }),
  'lets any token complete': (store) => ({
    complete: async (key, completion) => {
      await store.complete(key, completion)
      return true
    },
  }),
  'lets any token release': (store) => {
    const owners = new Map<string, string>()
    return {
      claim: async (key, claim) => {
        const answer = await store.claim(key, claim)
        if (answer.status === 'claimed') owners.set(key, claim.token)
        return answer
      },
      release: (key) => store.release(key, owners.get(key) ?? ''),
    }
  },
  'never lets a lease end': (store) => ({
    claim: (key, claim) => store.claim(key, { ...claim, leaseMs: 2 ** 40 }),
  }),
  'does not renew': (store) => {
    const claimed = new Set<string>()
    return {
      claim: (key, claim) => {
        if (claimed.has(key + claim.token)) return { status: 'claimed' }
        claimed.add(key + claim.token)
        return store.claim(key, claim)
      },
    }
  },
  'forgets a completion when the lease ends': (store) => ({
    complete: (key, completion) => store.complete(key, { ...completion, ttlMs: Math.min(completion.ttlMs, 300) }),
  }),
  'keeps a completion forever': (store) => ({
    complete: (key, completion) => store.complete(key, { ...completion, ttlMs: 2 ** 40 }),
  }),
  'ignores the case of letters': (store) => ({
    claim: (key, claim) => store.claim(key.toLowerCase(), claim),
    complete: (key, completion) => store.complete(key.toLowerCase(), completion),
  }),
  'cuts keys': (store) => ({
    claim: (key, claim) => store.claim(key.slice(0, 255), claim),
    complete: (key, completion) => store.complete(key.slice(0, 255), completion),
  }),
  'trims values': (store) => ({
    complete: (key, completion) => store.complete(key, { ...completion, value: completion.value.trim() }),
  }),
  'returns the parameters of the caller': (store) => ({
    claim: async (key, claim) => {
      const answer = await store.claim(key, claim)
      return answer.status === 'claimed' ? answer : { ...answer, parameters: claim.parameters }
    },
  }),
  'does not return the rest of the lease': (store) => ({
    claim: async (key, claim) => {
      const answer = await store.claim(key, claim)
      return answer.status === 'running' ? { ...answer, leaseMs: 0 } : answer
    },
  }),
  'refuses a second completion by the same token': (store) => {
    const done = new Set<string>()
    return {
      complete: (key, completion) => {
        if (done.has(key)) return false
        done.add(key)
        return store.complete(key, completion)
      },
    }
  },
  'needs a claim to complete': (store) => {
    const claimed = new Set<string>()
    return {
      claim: async (key, claim) => {
        const answer = await store.claim(key, claim)
        if (answer.status === 'claimed') claimed.add(key + claim.token)
        return answer
      },
      complete: (key, completion) => claimed.has(key + completion.token) && store.complete(key, completion),
    }
  },
  'releases completions': (store) => {
    const gone = new Set<string>()
    return {
      claim: (key, claim) => (gone.delete(key) ? { status: 'claimed' } : store.claim(key, claim)),
      release: async (key, token) => {
        if ((await store.claim(key, { token, parameters: '', leaseMs: 1_000 })).status === 'completed') gone.add(key)
        else await store.release(key, token)
      },
    }
  },
}

test.each(Object.entries(faults))('a store that %s does not pass', async (_, fault) => {
  const broken: string[] = []
  const contract = storeContract(() => {
    const clock = manualClock()
    const store = memoryStore({ clock })
    const whole: IdempotencyStore = {
      claim: (key, claim) => store.claim(key, claim),
      complete: (key, completion) => store.complete(key, completion),
      release: (key, token) => store.release(key, token),
    }
    return { store: { ...whole, ...fault(whole) }, advance: (ms) => clock.advance(ms) }
  })
  for (const { name, run } of contract) await run().catch(() => broken.push(name))
  expect(broken).not.toEqual([])
  expect(broken.length).toBeLessThan(contract.length)
})
