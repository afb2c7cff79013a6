import type { Kept, PipelineStatus, RunAuthor, RunInput } from '@stageflow/core'
import type { NamedRequest } from './answers.ts'
import type { AskedBefore } from './questions.ts'
import type { RunAct } from './run-acts.ts'

/** How far a run is, and what it waits for. */
export interface RunState {
  /** `refused`: an interceptor refused it before its first stage. */
  readonly status: 'running' | 'refused' | PipelineStatus
  /** In ms since 1970. */
  readonly startedAt: number
  /** Who started it: as interceptors verified it, or as its input says. */
  readonly userId?: string | undefined
  readonly orgId?: string | undefined
  /** The requests of stages that wait for an answer, with the keys of the answer and the name of the question. */
  readonly requests: readonly NamedRequest[]
  /** Who answered, cancelled, interrupted and retried it, in the order in which that counted. */
  readonly acts: readonly RunAct[]
}

/** What a client reads of a run. Only a client with the secret gets it, and shows of it what the caller was admitted to see. */
export interface RunView {
  /** The id of the request that started the run. */
  readonly run: string
  readonly kept?: Kept | undefined
  /** The ids in the input of the run. */
  readonly ids: RunInput
  /** Whether interceptors of the workflow check who asks something of the run. */
  readonly isGuarded: boolean
  readonly state: RunState
  /** How the run ended, if that was asked for. */
  readonly result?: unknown
}

/** What the promise that a run was started tells. */
export interface Started extends Pick<RunView, 'run' | 'kept' | 'ids'> {
  readonly at: number
  /** What was asked of the run before it was moved or tried again. */
  readonly acts: readonly RunAct[]
  /** What it had asked before; undefined for a run that was neither moved nor tried again. */
  readonly asked?: AskedBefore | undefined
  readonly by?: RunAuthor | undefined
}

const IDS = ['requestId', 'sessionId', 'userId', 'orgId', 'interactionId'] as const

/** The ids of an input, which may be in their bundle. */
export function idsOf({ runId, ...flat }: RunInput): RunInput {
  const ids = { ...runId, ...flat }
  return Object.fromEntries(IDS.flatMap((id) => (ids[id] === undefined ? [] : [[id, ids[id]]])))
}
