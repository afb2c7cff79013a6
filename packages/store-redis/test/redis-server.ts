import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type TestServer, freePort, startServer } from '../../interceptor-idempotency/test/server-process.ts'

/** Starts a redis-server that writes all its data to disk, in its own folder. `settings`: more settings of redis.conf. */
export async function startRedis(binary: string, settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-redis-'))
  const port = await freePort()
  const all = { port: `${port}`, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'yes', ...settings }
  const command = [binary, ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])]
  const readyLine = 'Ready to accept connections'
  return startServer(`redis://127.0.0.1:${port}`, {
    name: 'redis-server',
    command,
    folder,
    readyLine,
    endSignal: 'TERM',
  })
}
