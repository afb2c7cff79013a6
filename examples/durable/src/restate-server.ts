import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { isHealthy, type RestatePorts } from './restate-engine.ts'

export interface RunningServer {
  readonly name: string
  readonly url: string
  /** Resolves when the server has ended. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/** Starts the Restate server that npm has installed. Its data stays in the folder. */
export async function startRestate(folder: string, ports: RestatePorts): Promise<RunningServer> {
  mkdirSync(folder, { recursive: true })
  const config = join(folder, 'restate.toml')
  writeFileSync(config, settings(folder, ports, await freePort()))
  const child = spawn(program(), ['--no-logo', '--config-file', config], {
    env: { ...process.env, TMPDIR: folder }, // it leaves files there
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log.text = (log.text + text).slice(-2_000)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  process.once('exit', () => child.kill())
  const url = `http://127.0.0.1:${ports.ingress}`
  while (!(await isHealthy(url))) {
    if (hasEnded(child)) throw new Error(`The Restate server did not start:\n${log.text}`)
    await wait(50)
  }
  const stop = (): Promise<void> => {
    child.kill()
    return ended
  }
  return { name: 'Restate', url, ended, stop }
}

const hasEnded = ({ exitCode, signalCode, pid }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null || pid === undefined

/** The program of this platform, without the script around it, which would outlive a kill. */
function program(): string {
  const require = createRequire(import.meta.resolve('@restatedev/restate-server/package.json'))
  return require.resolve(`@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`)
}

const settings = (folder: string, { ingress, admin }: RestatePorts, node: number): string => `
base-dir = ${JSON.stringify(join(folder, 'data'))}
node-name = "example"
default-num-partitions = 4
disable-telemetry = true
listen-mode = "tcp"
bind-ip = "127.0.0.1"
bind-port = ${node}
rocksdb-total-memory-size = "256.0 MiB"
[ingress]
bind-address = "127.0.0.1:${ingress}"
[admin]
bind-address = "127.0.0.1:${admin}"
disable-web-ui = true
[default-retry-policy]
initial-interval = "50ms"
max-interval = "500ms"
max-attempts = "unlimited"
`
