import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type TestServer, freePort, startServer } from '../../interceptor-idempotency/test/server-process.ts'

export interface ResultSeries {
  readonly metric: Readonly<Record<string, string>>
  /** Pairs of a time and a value. */
  readonly values: readonly (readonly [number, string])[]
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly state: 'pending' | 'firing'
}

export interface Prometheus extends TestServer {
  /** Calls the HTTP API, and throws what Prometheus complains about, or warns of. */
  get<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>
}

/** Starts a Prometheus that scrapes `target` (host:port) every second. `rules`: the text of a rule file. */
export async function startPrometheus(binary: string, target: string, rules: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-prometheus-'))
  const port = await freePort()
  writeFileSync(join(folder, 'rules.yml'), rules)
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - { job_name: app, static_configs: [{ targets: ['${target}'] }] }
`,
  )
  const server = await startServer(`http://127.0.0.1:${port}`, {
    name: 'prometheus',
    command: [
      binary,
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      // Without this, the first scrape may come after 10 s. With it, after 5 s.
      '--scrape.discovery-reload-interval=100ms',
    ],
    folder,
    readyLine: 'Server is ready to receive web requests',
    endSignal: 'TERM',
  })
  return { ...server, get: (path, query = {}) => read(`${server.url}/api/v1/${path}?${new URLSearchParams(query)}`) }
}

async function read<T>(url: string): Promise<T> {
  const answer = (await (await fetch(url)).json()) as Answer<T>
  if (answer.status !== 'success' || answer.warnings !== undefined || answer.infos !== undefined)
    throw new Error(`${url}: ${JSON.stringify(answer)}`)
  return answer.data
}

interface Answer<T> {
  readonly status: string
  readonly data: T
  readonly warnings?: readonly string[]
  readonly infos?: readonly string[]
}
