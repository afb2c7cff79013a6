import type { Clock } from '@stageflow/core'

import type { ClaimAnswer, KeyedStore } from '../keyed-store.ts'

/** The simplest correct store: a map of records, each with its end. `rule`: the name of the rule that its last answer follows from. */
export interface KeyedModel {
  readonly store: {
    claim(...claim: Parameters<KeyedStore['claim']>): ClaimAnswer
    complete(...completion: Parameters<KeyedStore['complete']>): boolean
    release(key: string, token: string): void
  }
  readonly rule: () => string
}

interface ModelRecord {
  readonly token: string
  readonly parameters: string
  /** Undefined for a claim. */
  readonly value: string | undefined
  readonly endsAt: number
}

export function keyedModel(clock: Pick<Clock, 'now'>): KeyedModel {
  const records = new Map<string, ModelRecord>()
  let lastRule = ''
  const recordOf = (key: string): ModelRecord | undefined => {
    const record = records.get(key)
    return record !== undefined && record.endsAt > clock.now() ? record : undefined
  }
  /** Remembers the rule that an answer follows from, and returns the answer. */
  function byRule<Answer>(rule: string, answer: Answer): Answer {
    lastRule = rule
    return answer
  }

  return {
    rule: () => lastRule,
    store: {
      claim(key, { token, parameters, leaseMs }) {
        const there = recordOf(key)
        if (there?.value !== undefined)
          return byRule('every token gets the completion, its owner too', {
            status: 'completed',
            parameters: there.parameters,
            value: there.value,
          })
        if (there !== undefined && there.token !== token)
          return byRule('a claim keeps other tokens out, and its parameters and remaining lease are returned', {
            status: 'running',
            parameters: there.parameters,
            leaseMs: there.endsAt - clock.now(),
          })
        records.set(key, { token, parameters, value: undefined, endsAt: clock.now() + leaseMs })
        return byRule(
          there === undefined
            ? 'a free key is claimed, and so is one whose record has been released or has ended'
            : 'the owner can claim again',
          { status: 'claimed' },
        )
      },
      complete(key, { token, parameters, value, ttlMs }) {
        const there = recordOf(key)
        if (there !== undefined && there.token !== token)
          return byRule('another token overwrites neither a claim nor a completion', false)
        records.set(key, { token, parameters, value, endsAt: clock.now() + ttlMs })
        if (there === undefined) return byRule('a completion of a key without a record is kept', true)
        return byRule(
          there.value === undefined
            ? 'the token that has the claim completes it'
            : 'complete may be repeated with the same token, and then returns the same',
          true,
        )
      },
      release(key, token) {
        const there = recordOf(key)
        if (there?.token === token && there.value === undefined) records.delete(key)
      },
    },
  }
}
