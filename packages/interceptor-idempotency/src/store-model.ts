import type { Claim, ClaimAnswer, Completion } from './store.ts'

/** The simplest correct store: a map of records that are removed when they expire. */
export interface StoreModel {
  claim(key: string, claim: Claim): ClaimAnswer
  complete(key: string, completion: Completion): boolean
  release(key: string, token: string): void
  advance(ms: number): void
}

interface ModelRecord {
  readonly token: string
  readonly parameters: string
  readonly value: string | undefined
  readonly endsAt: number
}

export function storeModel(): StoreModel {
  const records = new Map<string, ModelRecord>()
  let now = 0
  return {
    claim(key, { token, parameters, leaseMs }) {
      const there = records.get(key)
      if (there?.value !== undefined) return { status: 'completed', parameters: there.parameters, value: there.value }
      if (there !== undefined && there.token !== token)
        return { status: 'running', parameters: there.parameters, leaseMs: there.endsAt - now }
      records.set(key, { token, parameters, value: undefined, endsAt: now + leaseMs })
      return { status: 'claimed' }
    },
    complete(key, { token, parameters, value, ttlMs }) {
      const there = records.get(key)
      if (there !== undefined && there.token !== token) return false
      records.set(key, { token, parameters, value, endsAt: now + ttlMs })
      return true
    },
    release(key, token) {
      const there = records.get(key)
      if (there?.token === token && there.value === undefined) records.delete(key)
    },
    advance(ms) {
      now += ms
      for (const [key, { endsAt }] of records) if (endsAt <= now) records.delete(key)
    },
  }
}
