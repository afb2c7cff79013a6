import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http2'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { createEndpointHandler } from '@restatedev/restate-sdk'
import { StageflowError } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import type { RunDetails } from '@stageflow/durable-engine'
import { REQUESTER, planOf } from '../../../durable-local/test/storm/orders.ts'
import type { Version } from '../../../durable-local/test/storm/orders.ts'
import type { OpenRuns, OrderRuns } from '../../../durable-local/test/storm/place.ts'
import { durableClient, durableWorkflow } from '../../src/index.ts'
import type { DurableResult, NamedClient, RunState } from '../../src/index.ts'
import { answered } from '../observed.ts'
import { adminOf } from '../restate-server.ts'
import { secret } from '../secret.ts'
import type { RetryEnd } from './retry.ts'
import { WORKFLOW } from './workflow.ts'
import type { Address } from './workflow.ts'

type Graph = StageGraph<any, {}>
type Caller = { readonly token?: string | undefined }

/** A client of Restate that speaks as the journals do. A worker serves its graph where a journal would recover runs. */
export const openRuns: OpenRuns = (text, { version }) => {
  const address = JSON.parse(text) as Address
  const { url, adminUrl } = address
  const clients = new Map<Graph, ReturnType<typeof durableClient<Graph>>>()
  const clientOf = (graph: Graph) => {
    const client = clients.get(graph) ?? durableClient({ url, adminUrl, name: WORKFLOW, secret, graph })
    clients.set(graph, client)
    return client
  }
  const plain = durableClient<Graph>({ url, adminUrl, name: WORKFLOW, secret })
  /** Ends what this process serves, once it does. */
  let served: Promise<() => Promise<void>> | undefined

  /** Between the end of a failed run and its new beginning, Restate doesn't know an order that is tried again. */
  const isRetried = (id: string): boolean => existsSync(join(address.retried, id))
  const mayBeRetried = async (id: string): Promise<boolean> =>
    isRetried(id) || (planOf(id).failures > 0 && (await plain.as('the storm').status(id)) !== undefined)
  const ask = <T>(id: string, act: () => Promise<T>): Promise<T> => asJournal(act, () => isRetried(id))

  const runs = {
    run: (graph: Graph, input: object, { runId, token, ...options }: Caller & { readonly runId: string }) =>
      ask(runId, async () => {
        const client = clientOf(graph)
        // A start while it is tried again would begin it from its first stage.
        if (await mayBeRetried(runId)) return settled(await client.attach(runId, { token }))
        return settled(await client.run(runId, { input, options }, { token }))
      }),
    resume: (graph: Graph, id: string, answers: object, { token }: Caller) =>
      ask(id, async () => settled(await clientOf(graph).resume(id, answers, { token }))),
    answer: (graph: Graph, id: string, answers: object, { token }: Caller) =>
      ask(id, () => clientOf(graph).answer(id, answers, { token })),
    retryFailed: (graph: Graph, id: string, { token }: Caller) =>
      ask(id, async () => {
        // A stranger changes nothing, so a kill in between leaves nothing half done.
        if (token !== REQUESTER) return settled(await clientOf(graph).retryFailed(id, { token }))
        const state = await plain.as('the storm').status(id)
        if (state?.status === 'failed') writeFileSync(join(address.retried, id), '')
        return retry(address, id)
      }),
    cancel: (graph: Graph, id: string, reason: string, { token }: Caller) =>
      ask(id, () => clientOf(graph).cancel(id, reason, { token })),
    get: (...[first, of, caller]: [id: string] | [graph: Graph, id: string, caller: Caller]) =>
      ask(of ?? (first as string), async () => {
        if (typeof first !== 'string') return clientOf(first).status(of as string, { token: caller?.token })
        const system = plain.as('the storm')
        const state = await system.status(first)
        if (state === undefined && isRetried(first)) throw unknown(first)
        return state && details(first, state, system)
      }),
    as: (name: string) => ({
      answer: (id: string, answers: object) => ask(id, () => plain.as(name).answer(id, answers)),
      resume: (_graph: Graph, id: string, answers: object) =>
        ask(id, async () => settled(await plain.as(name).resume(id, answers))),
    }),
    // A storm calls it again and again. A second server would take the socket of the first one, and no one would end that.
    recover: async (graph: Graph) => {
      served ??= serve(graph, version, address)
      await served
      return []
    },
    close: async () => (await served)?.(),
  }
  return {
    runs: runs as unknown as OrderRuns,
    troubles: ['unavailable', 'no-service', 'timed-out', 'being-moved'].map((code) => `durable-engine/${code}`),
  }
}

/** Serves a graph at a socket of its own, and tells Restate of the address in front of it. Returns what ends that. */
async function serve(graph: Graph, version: Version, address: Address): Promise<() => Promise<void>> {
  const { sockets } = version === 'old' ? address.old : address.new
  const services = [durableWorkflow(graph, { name: WORKFLOW, secret, run: { graceMs: 300 } })]
  const server = createServer(createEndpointHandler({ services, logger: () => {} }))
  const connections = new Set<Socket>()
  let isClosing = false
  server.on('connection', (connection: Socket) => {
    // One that was accepted just before the end would keep the server open.
    if (isClosing) return connection.destroy()
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  const socket = join(sockets, `${process.pid}.sock`)
  rmSync(socket, { force: true })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  await register(version, address)
  return async () => {
    isClosing = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const connection of connections) connection.destroy()
    await closed
  }
}

/** New runs begin with the version that was registered last, so the new one stays that. */
async function register(version: Version, { adminUrl, old, new: next, hasNew }: Address): Promise<void> {
  if (version !== 'old') writeFileSync(hasNew, '')
  else if (!existsSync(hasNew)) await answered(() => adminOf(adminUrl).register(old.url))
  if (existsSync(hasNew)) await answered(() => adminOf(adminUrl).register(next.url))
}

async function details(runId: string, state: RunState, client: NamedClient<any>): Promise<RunDetails> {
  const { status } = state
  const hasResult = status === 'completed' || status === 'cancelled' || status === 'failed'
  const result = hasResult ? await resultNow(runId, client) : undefined
  const timeline = state.acts
  const error = result?.status === 'failed' ? result.errors[0] : undefined
  return {
    leg: 0,
    ...state,
    runId,
    status: status === 'refused' ? 'blocked' : status,
    timeline,
    result,
    error,
  } as never
}

/** How an order ended. If it is tried again meanwhile, its result comes only after the answer of the one who asks for it here. */
async function resultNow(runId: string, client: NamedClient<any>): Promise<DurableResult<any>> {
  const signal = AbortSignal.timeout(5_000)
  try {
    return await client.attach(runId, { signal })
  } catch (cause) {
    if (!signal.aborted) throw cause
    throw new StageflowError('durable-engine/unavailable', `The order ${runId} is tried again.`, { cause })
  }
}

/** Tries an order again, as its requester, in a process that the storm doesn't kill. */
async function retry({ retries }: Address, id: string): Promise<void> {
  const end = await fetch(`${retries}/${id}`, { method: 'POST' })
    .then((response) => response.json() as Promise<RetryEnd>)
    .catch((cause: unknown) => {
      throw new StageflowError('durable-engine/unavailable', `No answer to the retry of ${id}.`, { cause })
    })
  if ('code' in end) throw Object.assign(new StageflowError(end.code, end.message), { status: end.httpStatus })
  if (end.status === 'failed') throw new StageflowError('core/pipeline-failed', 'The run has failed.')
}

const unknown = (id: string): StageflowError => new StageflowError('durable-restate/unknown-run', `No order ${id}.`)

/** A journal rejects if the run has failed. */
function settled<Result extends DurableResult<any>>(result: Result): Result {
  if (result.status === 'failed') throw new StageflowError('core/pipeline-failed', 'The run has failed.')
  return result
}

/** Errors have the codes that the journals give them. */
async function asJournal<T>(act: () => Promise<T>, isRetried: () => boolean): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const { code = '', status = 0, message } = error as Error & { readonly code?: string; readonly status?: number }
    if (!code.startsWith('durable-restate/')) throw error
    // A server that starts again refuses with a status of its own.
    const isTrouble = code === 'durable-restate/refused' && status >= 500
    const isBetween = code === 'durable-restate/unknown-run' && isRetried()
    const name = isTrouble || isBetween ? 'unavailable' : code.split('/')[1]
    throw new StageflowError(`durable-engine/${name}`, message, { cause: error })
  }
}
