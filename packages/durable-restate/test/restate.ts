import { randomUUID } from 'node:crypto'
import type { EndpointOptions } from '@restatedev/restate-sdk'
import { afterAll, inject } from 'vitest'
import { durableClient } from '../src/index.ts'
import type { DurableClientOptions } from '../src/index.ts'
import { serveEndpoint } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { adminOf } from './restate-server.ts'
import type { RestateAdmin } from './restate-server.ts'
import { secret } from './secret.ts'

export { secret } from './secret.ts'

const given = inject('restate')
// Thrown here, so that a whole test file fails with it before its first test.
if ('problem' in given) throw new Error(given.problem)

/** The server that all tests share. */
export const restate: RestateAdmin & { readonly url: string } = { url: given.url, ...adminOf(given.admin) }

const open: { close(): Promise<void> }[] = []
afterAll(async () => {
  for (const one of open.splice(0)) await one.close()
})

/** Serves the services of a workflow with a new name, and returns its client. */
export async function serve<Graph>(
  services: (name: string) => EndpointOptions['services'],
  options: Partial<DurableClientOptions<Graph>> = {},
): Promise<{
  readonly client: ReturnType<typeof durableClient<Graph>>
  readonly name: string
  readonly endpoint: Endpoint
}> {
  const name = `w${randomUUID()}`
  const endpoint = await serveMore(services(name))
  return { client: durableClient<Graph>({ url: restate.url, name, secret, ...options }), name, endpoint }
}

/** Serves more services for the same server. */
export async function serveMore(services: EndpointOptions['services'], port?: number): Promise<Endpoint> {
  const endpoint = await serveEndpoint(services, port)
  open.push(endpoint)
  await restate.register(endpoint.url)
  return endpoint
}
