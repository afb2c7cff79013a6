import { rmSync } from 'node:fs'
import { createServer } from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import { join } from 'node:path'
import { createEndpointHandler } from '@restatedev/restate-sdk'
import { StageflowError } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import type { RunDetails } from '@stageflow/durable-engine'
import type { OpenRuns, OrderRuns } from '../../../durable-local/test/storm/place.ts'
import { durableClient, durableWorkflow } from '../../src/index.ts'
import type { DurableResult, NamedClient, RunState } from '../../src/index.ts'
import { answered } from '../observed.ts'
import { adminOf } from '../restate-server.ts'
import { secret } from '../secret.ts'

/** What a process of the storm finds Restate with, and is found by. */
export interface Address {
  readonly url: string
  readonly adminUrl: string
  /** The folder with the sockets of all workers. */
  readonly sockets: string
  /** The address that is in front of them. */
  readonly deployment: string
}

export const WORKFLOW = 'order'

type Graph = StageGraph<any, {}>
type Caller = { readonly token?: string | undefined }

/** A client of Restate that speaks as the journals do. A worker serves its graph where a journal would recover runs. */
export const openRuns: OpenRuns = (text) => {
  const address = JSON.parse(text) as Address
  const { url, adminUrl } = address
  const clients = new Map<Graph, ReturnType<typeof durableClient<Graph>>>()
  const clientOf = (graph: Graph) => {
    const client = clients.get(graph) ?? durableClient({ url, adminUrl, name: WORKFLOW, secret, graph })
    clients.set(graph, client)
    return client
  }
  const plain = durableClient<Graph>({ url, adminUrl, name: WORKFLOW, secret })
  let close = async (): Promise<void> => {}

  const runs = {
    run: (graph: Graph, input: object, { runId, token, ...options }: Caller & { readonly runId: string }) =>
      asJournal(async () => settled(await clientOf(graph).run(runId, { input, options }, { token }))),
    resume: (graph: Graph, id: string, answers: object, { token }: Caller) =>
      asJournal(async () => settled(await clientOf(graph).resume(id, answers, { token }))),
    answer: (graph: Graph, id: string, answers: object, { token }: Caller) =>
      asJournal(() => clientOf(graph).answer(id, answers, { token })),
    retryFailed: (graph: Graph, id: string, { token }: Caller) =>
      asJournal(async () => settled(await clientOf(graph).retryFailed(id, { token }))),
    cancel: (graph: Graph, id: string, reason: string, { token }: Caller) =>
      asJournal(() => clientOf(graph).cancel(id, reason, { token })),
    get: (...[first, id, caller]: [id: string] | [graph: Graph, id: string, caller: Caller]) =>
      asJournal(async () => {
        if (typeof first !== 'string') return clientOf(first).status(id as string, { token: caller?.token })
        const system = plain.as('the storm')
        const state = await system.status(first)
        return state && details(first, state, system)
      }),
    as: (name: string) => ({
      answer: (id: string, answers: object) => asJournal(() => plain.as(name).answer(id, answers)),
      resume: (_graph: Graph, id: string, answers: object) =>
        asJournal(async () => settled(await plain.as(name).resume(id, answers))),
    }),
    recover: async (graph: Graph) => {
      close = await serve(graph, address)
      return []
    },
    close: () => close(),
  }
  return {
    runs: runs as unknown as OrderRuns,
    troubles: ['unavailable', 'no-service', 'timed-out'].map((code) => `durable-engine/${code}`),
  }
}

/** Serves a graph at a socket of its own, and tells Restate of the address in front of it. Returns what ends that. */
async function serve(graph: Graph, { adminUrl, sockets, deployment }: Address): Promise<() => Promise<void>> {
  const services = [durableWorkflow(graph, { name: WORKFLOW, secret, run: { graceMs: 300 } })]
  const server = createServer(createEndpointHandler({ services, logger: () => {} }))
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  const socket = join(sockets, `${process.pid}.sock`)
  rmSync(socket, { force: true })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  await answered(() => adminOf(adminUrl).register(deployment))
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const session of sessions) session.destroy()
    await closed
  }
}

async function details(runId: string, state: RunState, client: NamedClient<any>): Promise<RunDetails> {
  const { status } = state
  const hasResult = status === 'completed' || status === 'cancelled'
  const result = hasResult ? await client.attach(runId) : undefined
  const timeline = state.acts
  return { leg: 0, ...state, runId, status: status === 'refused' ? 'blocked' : status, timeline, result } as never
}

/** A journal rejects if the run has failed. */
function settled<Result extends DurableResult<any>>(result: Result): Result {
  if (result.status === 'failed') throw new StageflowError('core/pipeline-failed', 'The run has failed.')
  return result
}

/** Errors have the codes that the journals give them. */
async function asJournal<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const { code = '', status = 0, message } = error as Error & { readonly code?: string; readonly status?: number }
    if (!code.startsWith('durable-restate/')) throw error
    // A server that starts again refuses with a status of its own.
    const name = code === 'durable-restate/refused' && status >= 500 ? 'unavailable' : code.split('/')[1]
    throw new StageflowError(`durable-engine/${name}`, message, { cause: error })
  }
}
