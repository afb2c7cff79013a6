import type { Clock } from '@stageflow/core'
import { checkOptions, CLOCK, required } from '@stageflow/core/kit'

import { checkFunction, quickCheck } from './quick-check.ts'
import { STORED_MS } from './rules.ts'

/** Keeps leases of one length. Has one timer per clock, and none while no lease is kept. */
export interface Leases {
  /** Calls `renew` three times per lease until the lease is ended, and never while its last call is still in progress. `renew` must not reject. */
  keep(clock: Clock, renew: () => Promise<void>): KeptLease
}

export interface KeptLease {
  /** Renews no more. Resolves when a renewal in progress has ended. May be called again. */
  end(): Promise<void>
}

const checkKeep = quickCheck<{ readonly clock: Clock }>('keep()', { clock: required(CLOCK) })

/** Makes the keeper of leases of this length, in ms. Throws `keyed-work/illegal-option`. */
export function leases(leaseMs: number): Leases {
  checkOptions('leases()', 'keyed-work/illegal-option', { leaseMs }, { leaseMs: required(STORED_MS) })
  const everyMs = Math.max(1, Math.floor(leaseMs / 3))
  const beats = new Map<Clock, Beat>()

  function beatOf(clock: Clock): Beat {
    const beat = beats.get(clock) ?? startBeat(clock, everyMs)
    beats.set(clock, beat)
    return beat
  }

  /** Stops the timer of the clock with its last renewal. */
  function remove(clock: Clock, renewOnce: () => void): void {
    const beat = beats.get(clock)
    beat?.renewals.delete(renewOnce)
    if (beat?.renewals.size !== 0) return
    beat.stop()
    beats.delete(clock)
  }

  return {
    keep(clock, renew) {
      checkKeep({ clock })
      checkFunction('keep()', 'renew', renew, '() => Promise<void>')
      let renewal: Promise<void> | undefined
      const renewOnce = (): void => {
        renewal ??= renew().finally(() => {
          renewal = undefined
        })
      }
      beatOf(clock).renewals.add(renewOnce)
      return {
        async end() {
          remove(clock, renewOnce)
          await renewal
        },
      }
    },
  }
}

/** One timer that renews all leases of a clock. */
interface Beat {
  readonly renewals: Set<() => void>
  readonly stop: () => void
}

function startBeat(clock: Clock, everyMs: number): Beat {
  const renewals = new Set<() => void>()
  let cancelTimer = setTimer()
  function setTimer(): () => void {
    return clock.setTimeout(() => {
      cancelTimer = setTimer()
      for (const renewOnce of renewals) renewOnce()
    }, everyMs)
  }
  return { renewals, stop: () => cancelTimer() }
}
