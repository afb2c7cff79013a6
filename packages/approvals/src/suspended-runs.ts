import type { RunAuthor, RunOptions, StageGraph } from '@stageflow/core'
import type { OpenRequest } from '@stageflow/core/durable'

/** A built graph, as far as an answer needs it. */
export type AnsweredGraph = Pick<StageGraph<unknown, unknown>, 'name' | 'info'>

/** The run options of an answer, who gives it, as the app has it, and the question that was shown. */
export type RunAnswerOptions = RunOptions & {
  readonly expectedBy?: Pick<RunAuthor, 'userId' | 'orgId'>
  readonly question?: string
}

/** A request of a run. `question`: names it, so that no other question of its stage gets the answer. */
type NamedRequest = OpenRequest & { readonly question?: string | undefined }

/** A run that waits for answers. */
export interface WaitingRun {
  readonly runId: string
  readonly pipeline: string
  readonly orgId: string | undefined
  readonly userId: string | undefined
}

/** What `approvalsOfRuns` needs of durable runs. `durableLocal()` of `@stageflow/durable-local` has it. */
export interface SuspendedRuns {
  /** A page of the suspended runs: of one tenant, of one user, or all. `after`: the id of the last run of the page before. */
  list(options: {
    readonly status: 'suspended'
    readonly orgId?: string
    readonly userId?: string
    readonly limit: number
    readonly after?: string
  }): Promise<readonly WaitingRun[]>
  /** One run with the questions that have no answer yet; undefined if there is no such run. It checks no rights. */
  get(runId: string): Promise<(WaitingRun & { readonly requests: readonly NamedRequest[] }) | undefined>
  /**
   * Has the interceptors of the graph admit the caller, and keeps the answers. Rejects if one of them isn't waited for, or if the
   * interceptors verified another person than `expectedBy`, or if by then its stage asks something else than `question`.
   */
  answer(graph: AnsweredGraph, runId: string, answers: object, options?: RunAnswerOptions): Promise<void>
}

/** What a person is asked about in a suspended stage. */
export interface OpenStage {
  readonly run: WaitingRun
  /** The names of the answer, from the outermost. */
  readonly path: readonly string[]
  readonly request: unknown
  readonly question: string | undefined
  readonly until: number | undefined
  readonly answerSchema: object | undefined
  /** Where it is in the list. */
  readonly place: string
}

/** The stages of a run that ask something, in the order of their names. A stage that only sleeps asks nothing. */
export async function openStages(runs: SuspendedRuns, runId: string): Promise<readonly OpenStage[]> {
  const run = await runs.get(runId)
  if (run === undefined) return []
  return run.requests
    .filter(({ request }) => request !== undefined)
    .map(({ path, request, question, until, answerSchema }) => ({
      run,
      path,
      request,
      question,
      until,
      answerSchema,
      place: placeOf(runId, path),
    }))
    .toSorted((one, other) => (one.place < other.place ? -1 : 1))
}

/** A run and the names of a stage as one text. */
const placeOf = (runId: string, path: readonly string[]): string => [runId, ...path].map(escaped).join('/')

/** The run of a place. */
export const runOfPlace = (place: string): string => unescaped(place.split('/', 1)[0] as string)

const ESCAPES: Readonly<Record<string, string>> = { '%': '%25', '/': '%2F', '~': '%7E' }
const escaped = (name: string): string => name.replace(/[%/~]/g, (sign) => ESCAPES[sign] as string)
const unescaped = (name: string): string => name.replaceAll('%2F', '/').replaceAll('%7E', '~').replaceAll('%25', '%')
