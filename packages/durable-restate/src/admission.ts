import { StageflowError } from '@stageflow/core'
import type { RunAction, RunInput } from '@stageflow/core'
import {
  Admissions,
  checkLeg,
  demandsOf,
  fingerprintOf,
  isGuarded,
  missingKeepers,
  pathText,
  pathsOfAnswers,
  stageIn,
} from '@stageflow/core/durable'
import type { GivenRequest, NamedGraph } from '@stageflow/core/durable'
import { ILLEGAL_OPTION } from './option-rules.ts'
import type { RunView } from './run-view.ts'
import type { ClientRequest, DemandsByPath } from './sent-request.ts'

/** Who asks something of a run: a caller, by his options such as a token, or a part of the app by its name. */
export type Asking = { readonly caller: object } | { readonly system: string }

/** What a client says about who asks. */
export type Admitted = Pick<ClientRequest, 'isAdmitted' | 'kept' | 'by' | 'demanded'>

/**
 * Has the interceptors of the client's graph admit each caller, in this process: no token crosses Restate, which would store it. Counts those who are refused.
 */
export class ClientAdmissions extends Admissions {
  readonly #graph: NamedGraph | undefined

  constructor(graph: NamedGraph | undefined) {
    super()
    this.#graph = graph
  }

  /** Throws for an option that nothing would read. */
  checkCaller(where: string, caller: object): void {
    if (this.#graph !== undefined) return checkLeg(where, this.#graph, caller)
    const name = Object.keys(caller).find((each) => each !== 'signal')
    if (name === undefined) return
    throw new StageflowError(
      ILLEGAL_OPTION,
      `${where}: no interceptor reads the option "${name}", because the client has no graph. Give it the graph: durableClient({ graph }).`,
    )
  }

  async start(runId: string, input: RunInput, caller: object): Promise<Admitted> {
    return this.#ask({ action: 'start', runId, input, options: caller })
  }

  /** Admits a request to a run that exists. */
  async later(
    action: Exclude<RunAction, 'start'>,
    runId: string,
    run: RunView,
    asking: Asking,
    answers?: unknown,
  ): Promise<Admitted> {
    if ('system' in asking) return { isAdmitted: true, by: { system: asking.system } }
    const graph = this.#graph
    const { ids: input, kept = {} } = run
    const paths = graph === undefined ? [] : pathsOfAnswers(answers, fingerprintOf(graph))
    const request = { action, runId, input, options: asking.caller, kept, answers: paths }
    if (!this.#isChecked(run)) this.refuse(graph, request, unguarded(runId))
    const admitted = await this.#ask(request)
    return graph !== undefined && action === 'answer'
      ? { ...admitted, demanded: demandsByPath(graph, paths) }
      : admitted
  }

  async #ask(request: GivenRequest): Promise<Admitted> {
    const graph = this.#graph
    const { action } = request
    if (graph === undefined || !isGuarded(graph)) return { isAdmitted: false }
    const { kept, by } = await this.admit(graph, request)
    return { isAdmitted: true, by, ...(action === 'start' && { kept }) }
  }

  /** Whether the client's graph has the interceptors that check the callers of a run, if the workflow has any. */
  #isChecked({ isGuarded: isRunGuarded, kept }: RunView): boolean {
    const graph = this.#graph
    if (!isRunGuarded) return true
    return graph !== undefined && isGuarded(graph) && missingKeepers(graph, kept).length === 0
  }
}

/** What a graph demands of who answers the stages at these paths, if it has them. */
function demandsByPath(graph: NamedGraph, paths: readonly (readonly string[])[]): DemandsByPath {
  const shape = fingerprintOf(graph)
  const known = paths.filter((path) => stageIn(shape, path) !== undefined)
  return Object.fromEntries(known.map((path) => [pathText(path), demandsOf(graph, path)]))
}

export const unguarded = (runId: string): StageflowError =>
  new StageflowError(
    'durable-restate/unguarded',
    `Interceptors of the workflow check who asks something of the run "${runId}", and the client has none that could. Give it the same graph: durableClient({ graph }). A part of the app acts by its name: client.as('month end').`,
  )
