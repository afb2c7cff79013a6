import type { Clock } from '@stageflow/core'

/** Renews every lease that is held, with one timer per clock. Has no timer if no lease is held. */
export interface Heartbeat {
  /** Calls `renew` at every beat until the returned function is called. */
  add(clock: Clock, renew: () => void): () => void
}

export function heartbeat(everyMs: number): Heartbeat {
  const beats = new Map<Clock, { readonly renewals: Set<() => void>; cancel: () => void }>()

  function arm(clock: Clock, renewals: ReadonlySet<() => void>): () => void {
    return clock.setTimeout(() => {
      for (const renew of renewals) renew()
      const beat = beats.get(clock)
      if (beat?.renewals === renewals) beat.cancel = arm(clock, renewals)
    }, everyMs)
  }

  return {
    add(clock, renew) {
      let beat = beats.get(clock)
      if (beat === undefined) {
        const renewals = new Set<() => void>()
        beat = { renewals, cancel: arm(clock, renewals) }
        beats.set(clock, beat)
      }
      const { renewals } = beat
      renewals.add(renew)
      return () => {
        renewals.delete(renew)
        const present = beats.get(clock)
        if (renewals.size > 0 || present?.renewals !== renewals) return
        present.cancel()
        beats.delete(clock)
      }
    },
  }
}
