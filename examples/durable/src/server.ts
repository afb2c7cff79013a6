import { join } from 'node:path'
import { startPostgres } from '../../../packages/store-postgres/test/postgres-server.ts'
import type { RestatePorts } from './restate-engine.ts'
import { type RunningServer, startRestate } from './restate-server.ts'

/** Starts the server of a place. That of PostgreSQL is one for tests: its data is removed when it stops. */
export async function startServer(
  on: 'postgres' | 'restate',
  folder: string,
  ports: RestatePorts,
): Promise<RunningServer> {
  if (on === 'restate') return startRestate(join(folder, 'restate'), ports)
  const server = await startPostgres()
  const stopped = Promise.withResolvers<void>()
  const stop = async (): Promise<void> => {
    await server.close()
    stopped.resolve()
  }
  return { name: 'PostgreSQL', url: server.url, ended: stopped.promise, stop }
}
