import { StageflowError } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import type { CallFacts, DurableStart, Fact, LegOptions, StageExecutor } from '@stageflow/core/durable'
import { keptFacts } from './lost-call.ts'
import type { ServiceCall } from './service-call.ts'

/** Gives the facts of a run that another machine carries, then carries out one of its calls. */
class CallExecutor implements StageExecutor {
  readonly start: DurableStart
  readonly leg: number = 2
  readonly lost: AbortSignal
  readonly carriedOut: PromiseWithResolvers<CallFacts> = Promise.withResolvers()
  readonly #key: string
  readonly #facts: Fact[]
  #call: (() => Promise<CallFacts>) | undefined
  hasBegun = false
  #wake: ((fact: Fact) => void) | undefined

  constructor({ start, key, facts }: ServiceCall, lost: AbortSignal) {
    this.start = start
    this.lost = lost
    this.#key = key
    this.#facts = facts.map((fact) => ({ ...fact, replayed: true }))
  }

  execute(key: string, call: () => Promise<CallFacts>): void {
    if (key === this.#key) this.#call = call
  }
  timer(): void {}
  wait(): void {}

  stop(key: string, reason: string): void {
    const at = this.#facts.at(-1)?.at ?? this.start.startedAt
    const fact: Fact = { kind: 'stop', key, reason, at, replayed: true }
    if (this.#wake === undefined) this.#facts.push(fact)
    else this.#wake(fact)
  }

  async next(): Promise<Fact> {
    const fact = this.#facts.shift()
    if (fact !== undefined) return fact
    // All facts are given, so the run has come to the call. After them only a stop can come.
    const stopped = new Promise<Fact>((resolve) => {
      this.#wake = resolve
    })
    if (!this.hasBegun) this.carriedOut.resolve(this.#begin())
    return stopped
  }

  #begin(): Promise<CallFacts> {
    if (this.#call === undefined)
      throw new StageflowError(
        'durable-restate/changed-graph',
        `The run "${this.start.runId}" calls "${this.#key}" on another machine, but with the graph there its facts don't lead to that call. Serve the same graph on all machines: Restate tries the call again.`,
      )
    this.hasBegun = true
    return this.#call().then(keptFacts)
  }
}

/**
 * Carries out one call of a run that another machine carries. `lost`: the attempt is over. `cancelled`: the call is no longer
 * wanted. Rejects if the graph doesn't lead to the call.
 */
export async function carryOutCall<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  request: ServiceCall,
  options: LegOptions<Ports>,
  { lost, cancelled }: { readonly lost: AbortSignal; readonly cancelled: AbortSignal },
): Promise<CallFacts> {
  const over = new AbortController()
  const executor = new CallExecutor(request, AbortSignal.any([lost, over.signal]))
  const onCancel = (): void => executor.stop('', 'its run, or its part of it, has ended')
  if (cancelled.aborted) onCancel()
  else cancelled.addEventListener('abort', onCancel, { once: true })
  const leg = runDurable(graph, executor, options)
  try {
    // The leg never ends by itself, because it doesn't get the fact of the call. If it is lost, its code may still run.
    const notBegun = leg.catch((error: unknown) =>
      executor.hasBegun ? executor.carriedOut.promise : Promise.reject(error),
    )
    return await Promise.race([executor.carriedOut.promise, notBegun as Promise<never>])
  } finally {
    cancelled.removeEventListener('abort', onCancel)
    leg.catch(() => {})
    over.abort(new Error('the call has been carried out'))
  }
}
