import { once } from 'node:events'
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { setTimeout as wait } from 'node:timers/promises'
import { createEndpointHandler } from '@restatedev/restate-sdk'
import { durableClient, durableWorkflow } from '@stageflow/durable-restate'
import type { Ask, Ended, Engine } from './engine.ts'
import { order, type OrderPorts } from './order.ts'

export interface RestatePorts {
  /** Of the server: where clients and the admin API find it. */
  readonly ingress: number
  readonly admin: number
  /** Where the process listens that carries out the stages. */
  readonly worker: number
}

const HOST = '127.0.0.1'
/** Clients sign with it, and workers take nothing else. A real one is random, and comes from the environment. */
const secret = process.env['ORDER_SECRET'] ?? 'only for this example, at least 32 bytes'

/** Keeps orders on a Restate server. One process at a time carries out their stages; the next one takes over when it dies. */
export async function restateEngine(at: RestatePorts, ports: OrderPorts, token: string, ask: Ask): Promise<Engine> {
  const [url, adminUrl] = [at.ingress, at.admin].map((port) => `http://${HOST}:${port}`) as [string, string]
  if (!(await isHealthy(url)))
    throw new Error(
      `No Restate server at ${url}. Start one in another terminal: npm run example durable -- server --on restate`,
    )
  const closed = new AbortController()
  const { signal } = closed
  const worker = new Worker(at, ports)
  // If another process carries out the stages, this one does when that one dies.
  const takeover = (await worker.serve()) ? forever() : worker.serveWhenFree(signal).then(forever)
  takeover.catch(() => {}) // `ended` reports it
  const client = durableClient({ url, adminUrl, name: order.name, secret, graph: order })

  async function askWhenItWaits(id: string): Promise<void> {
    let asked: string | undefined
    for (;;) {
      const state = await client.status(id, { signal, token })
      const question = state?.requests[0]?.request as string | undefined
      if (state !== undefined && state.status !== 'running') return
      if (question !== undefined && question !== asked) ask((asked = question))
      await wait(100, undefined, { signal })
    }
  }
  const orTakeover = (ended: Promise<Ended>): Promise<Ended> => Promise.race([ended, takeover])

  return {
    async start(id, item) {
      await client.start(id, { input: { inputText: item } }, { token })
      askWhenItWaits(id).catch(() => {}) // the run itself reports a lost server
      return orTakeover(client.attach(id, { signal, token }))
    },
    answer: (id, approve) => orTakeover(client.resume(id, { approve }, { signal, token })),
    retry: (id) => orTakeover(client.retryFailed(id, { signal, token })),
    async close() {
      closed.abort()
      await worker.close()
    },
  }
}

const forever = (): Promise<never> => new Promise(() => {})

/** Carries out the stages of orders, at an address that the server calls. */
class Worker {
  readonly #at: RestatePorts
  readonly #server: Http2Server
  readonly #sessions = new Set<ServerHttp2Session>()
  #isClosing = false

  constructor(at: RestatePorts, ports: OrderPorts) {
    this.#at = at
    const services = [durableWorkflow(order, { name: order.name, secret, ports })]
    this.#server = createServer(createEndpointHandler({ services, logger: () => {} }))
    this.#server.on('session', (session: ServerHttp2Session) => {
      // A connection that was accepted just before the end would keep the process alive.
      if (this.#isClosing) return session.destroy()
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
    })
  }

  /** Returns false if another process has the address. */
  async serve(): Promise<boolean> {
    this.#server.listen(this.#at.worker, HOST)
    try {
      await once(this.#server, 'listening')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
      throw error
    }
    const response = await fetch(`http://${HOST}:${this.#at.admin}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // `force`: the address may have served another version of the order.
      body: JSON.stringify({ uri: `http://${HOST}:${this.#at.worker}`, force: true }),
    })
    if (!response.ok) throw new Error(`Restate did not take the stages of the order: ${await response.text()}`)
    return true
  }
  async serveWhenFree(signal: AbortSignal): Promise<void> {
    do await wait(100, undefined, { signal })
    while (!(await this.serve()))
  }
  async close(): Promise<void> {
    this.#isClosing = true
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const session of this.#sessions) session.destroy()
    await closed
  }
}

export const isHealthy = (url: string): Promise<boolean> =>
  fetch(`${url}/restate/health`).then(
    ({ ok }) => ok,
    () => false,
  )
