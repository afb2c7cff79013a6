import { createRequire } from 'node:module'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestServer, freePort, startServer } from '../../interceptor-idempotency/test/server-process.ts'

/** What the tests ask of the server's admin API. */
export interface RestateAdmin {
  readonly admin: string
  /** Tells the server of the services at an address. */
  register(address: string): Promise<void>
  /** Rows of the server's tables. */
  query<Row>(sql: string): Promise<readonly Row[]>
  /** Asks the admin API for something else. */
  ask(method: string, path: string): Promise<void>
}

/** A Restate server with its data in a temporary folder. It is killed when it stops, as in a crash. */
export interface RestateServer extends TestServer, RestateAdmin {}

/** Starts the server of the package @restatedev/restate-server. */
export async function startRestate(): Promise<RestateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-restate-'))
  try {
    const [node, ingress, admin] = [await freePort(), await freePort(), await freePort()]
    const config = join(folder, 'restate.toml')
    writeFileSync(config, settings(folder, node, ingress, admin))
    const url = `http://127.0.0.1:${ingress}`
    const server = await startServer(url, {
      name: 'restate-server',
      command: [program(), '--no-logo', '--config-file', config],
      folder,
      readyLine: 'Admin API starting on',
      endSignal: 'KILL',
    })
    return withAdmin(server, `http://127.0.0.1:${admin}`)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

const settings = (folder: string, node: number, ingress: number, admin: number): string => `
base-dir = ${JSON.stringify(join(folder, 'data'))}
node-name = "test"
default-num-partitions = 4
disable-telemetry = true
listen-mode = "tcp"
bind-ip = "127.0.0.1"
bind-port = ${node}
rocksdb-total-memory-size = "256.0 MiB"
log-format = "compact"
log-disable-ansi-codes = true
[ingress]
bind-address = "127.0.0.1:${ingress}"
[admin]
bind-address = "127.0.0.1:${admin}"
disable-web-ui = true
[default-retry-policy]
initial-interval = "50ms"
max-interval = "500ms"
max-attempts = 100000
`

/** The program of this platform, without the script around it, so that its process can be killed. */
function program(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('@restatedev/restate-server/package.json'))
  return require.resolve(`@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`)
}

async function withAdmin(server: TestServer, admin: string): Promise<RestateServer> {
  await healthy(server.url, admin)
  const start = async (): Promise<void> => {
    await server.start()
    await healthy(server.url, admin)
  }
  return { ...server, start, ...adminOf(admin) }
}

export function adminOf(admin: string): RestateAdmin {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(admin + path, {
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`Restate refused ${method} ${path}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  return {
    admin,
    register: async (uri) => void (await ask('POST', '/deployments', { uri, force: true })),
    query: async <Row>(query: string) =>
      ((await ask('POST', '/query', { query })) as { readonly rows: readonly Row[] }).rows,
    ask: async (method, path) => void (await ask(method, path)),
  }
}

async function healthy(url: string, admin: string): Promise<void> {
  const end = Date.now() + 30_000
  for (const path of [`${url}/restate/health`, `${admin}/health`])
    while (!(await isOk(path))) {
      if (Date.now() > end) throw new Error(`restate-server does not answer at ${path}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
}
const isOk = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
