import type { Claim, ClaimAnswer, Completion } from './store.ts'

/** What a correct store returns, and the rule because of which it does: the name of a case, as far as there is one. */
export interface ModelAnswer<Answer> {
  readonly answer: Answer
  readonly rule: string
}

/** The simplest correct store: a map of records that are removed when they expire. */
export interface StoreModel {
  claim(key: string, claim: Claim): ModelAnswer<ClaimAnswer>
  complete(key: string, completion: Completion): ModelAnswer<boolean>
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
      if (there?.value !== undefined)
        return {
          answer: { status: 'completed', parameters: there.parameters, value: there.value },
          rule: 'every token gets the completion, its owner too',
        }
      if (there !== undefined && there.token !== token)
        return {
          answer: { status: 'running', parameters: there.parameters, leaseMs: there.endsAt - now },
          rule: 'a claim keeps other tokens out, and its parameters and remaining lease are returned',
        }
      records.set(key, { token, parameters, value: undefined, endsAt: now + leaseMs })
      return {
        answer: { status: 'claimed' },
        rule:
          there === undefined
            ? 'a free key is claimed, and so is one whose record has been released or has ended'
            : 'the owner can claim again',
      }
    },
    complete(key, { token, parameters, value, ttlMs }) {
      const there = records.get(key)
      if (there !== undefined && there.token !== token)
        return { answer: false, rule: 'another token overwrites neither a claim nor a completion' }
      records.set(key, { token, parameters, value, endsAt: now + ttlMs })
      if (there === undefined) return { answer: true, rule: 'a completion of a key without a record is kept' }
      return {
        answer: true,
        rule:
          there.value === undefined
            ? 'the token that has the claim completes it'
            : 'complete may be repeated with the same token, and then returns the same',
      }
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
