import { createRequire } from 'node:module'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { observed } from './observed.ts'
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
  /** The id of the invocation that carries a run. */
  invocation(workflow: string, runId: string): Promise<string>
  journal(invocation: string): Promise<readonly JournalEntry[]>
  /** Waits until an attempt of a service has failed with an error that contains `text`. */
  failed(service: string, text: string): Promise<void>
}

/** An entry of a journal. `completion`: the number that joins a command and its notification. */
export interface JournalEntry {
  readonly type: string
  readonly name: string
  readonly completion: number | undefined
  /** What a step returned. */
  readonly value: unknown
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
  const query = async <Row>(sql: string): Promise<readonly Row[]> =>
    ((await ask('POST', '/query', { query: sql })) as { readonly rows: readonly Row[] }).rows
  return {
    admin,
    query,
    register: async (uri) => void (await ask('POST', '/deployments', { uri, force: true })),
    ask: async (method, path) => void (await ask(method, path)),
    invocation: async (workflow, runId) => {
      const where = `target_service_name = '${workflow}' and target_service_key = '${runId}' and target_handler_name = 'run'`
      const [row] = await query<{ readonly id: string }>(`select id from sys_invocation where ${where}`)
      if (row === undefined) throw new Error(`Restate has no run "${runId}" of "${workflow}".`)
      return row.id
    },
    failed: async (service, text) => {
      const sql = `select last_failure from sys_invocation where target_service_name = '${service}' and last_failure is not null`
      await observed(async () =>
        (await query<{ readonly last_failure: string }>(sql)).some((row) => row.last_failure.includes(text)),
      )
    },
    journal: async (id) => {
      const sql = `select entry_type, name, entry_json from sys_journal where id = '${id}' order by index`
      return (await query<Row>(sql)).map(entryOf)
    },
  }
}

interface Row {
  readonly entry_type: string
  readonly name: string
  readonly entry_json: string
}
type Entry = Record<string, Record<string, { completion_id?: number; result?: { Success?: number[] } }>>

function entryOf({ entry_type: type, name, entry_json: json }: Row): JournalEntry {
  const { Command, Notification } = JSON.parse(json) as {
    Command?: Entry[string]
    Notification?: { Completion?: Entry[string] }
  }
  const [entry] = Object.values(Command ?? Notification?.Completion ?? {})
  const bytes = entry?.result?.Success
  const value: unknown =
    bytes === undefined || bytes.length === 0 ? undefined : JSON.parse(Buffer.from(bytes).toString())
  return { type, name, completion: entry?.completion_id, value }
}

/** Waits until the server takes requests, and all of its partitions answer. */
async function healthy(url: string, admin: string): Promise<void> {
  const query = {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: 'select count(*) from sys_invocation' }),
  }
  await observed(() => isOk(`${url}/restate/health`))
  await observed(() => isOk(`${admin}/query`, query))
}
async function isOk(url: string, request?: RequestInit): Promise<boolean> {
  try {
    return (await fetch(url, request)).ok
  } catch {
    return false
  }
}
