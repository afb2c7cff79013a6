import type { RunAuthor } from '@stageflow/core'
import type { Interrupt } from '@stageflow/core/durable'
import type { KeptFact } from './service-call.ts'

/** Why a run is cancelled, and who asked for it. */
export interface GivenStop {
  readonly reason: string
  readonly by?: RunAuthor | undefined
}
/** Why a run is interrupted, by whom, and what its stages get. */
export interface GivenInterrupt extends GivenStop, Interrupt {}

/** Why a run was cancelled in Restate, which gives no reason and names no author. */
export const BY_ENGINE: GivenStop = { reason: 'cancelled in Restate' }

/** The fact of a stop. */
export const stopFact = ({ reason, by }: GivenStop, at: number): KeptFact => ({
  kind: 'stop',
  key: '',
  reason,
  ...(by !== undefined && { by }),
  at,
})
export const interruptFact = ({ data, ...stop }: GivenInterrupt, at: number): KeptFact => ({
  ...(stopFact(stop, at) as Extract<KeptFact, { kind: 'stop' }>),
  interrupt: { data },
})
/** Whether a fact is an interrupt: a stop of its own kind. */
export const isInterrupt = (fact: KeptFact): boolean => fact.kind === 'stop' && fact.interrupt !== undefined
