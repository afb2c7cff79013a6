import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StageflowError } from '@stageflow/core'
import { resumeSettled } from '@stageflow/core/durable'
import { freePort } from '../../interceptor-idempotency/test/server-process.ts'
import { durableClient } from '../src/index.ts'
import type { DurableClient } from '../src/index.ts'
import { Proxy, Worker } from './breakable.ts'
import { answered } from './observed.ts'
import { randomGraph } from './random-graph.ts'
import { startRestate } from './restate-server.ts'
import type { RestateServer } from './restate-server.ts'
import { secret } from './secret.ts'
import { settledCalls } from './settled-calls.ts'

export interface KillPlan {
  readonly runs: number
  readonly kills: number
  /** How many different graphs the runs have. */
  readonly graphs: number
  readonly firstSeed: number
}

export interface KillCounts {
  runs: number
  /** By how they ended. */
  readonly ended: Record<string, number>
  readonly kills: { worker: number; server: number; network: number }
  calls: number
  /** Calls that began twice or more. They were in progress at a kill. */
  callsAgain: number
  /** Calls that began after they had settled in the journal. */
  readonly settledAgain: string[]
  journalsRead: number
  answers: number
  /** Answers that were given before the runs asked for them. */
  early: number
  /** Runs whose result was compared with that of the same graph in process. */
  compared: number
  readonly different: string[]
  ms: number
}

type Client = DurableClient<Record<string, never>>
interface Run {
  readonly id: string
  readonly seed: number
  readonly client: Client
  /** Whether it is still to be cancelled. */
  toCancel: boolean
}

/** Carries out random runs while the worker, the server, and the network between them fail at random. */
export async function killRuns({ runs, kills, graphs, firstSeed }: KillPlan): Promise<KillCounts> {
  const since = Date.now()
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-kills-'))
  const file = join(folder, 'lines')
  writeFileSync(file, '')
  const lines = (): readonly string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const port = await freePort()
  const args = [`${port}`, file, 'random', `${firstSeed}`, `${firstSeed + graphs - 1}`]
  const worker = new Worker(new URL('worker.ts', import.meta.url), args)
  const proxy = new Proxy(() => [port])
  const server = await startRestate()
  const counts: KillCounts = {
    runs: 0,
    ended: {},
    kills: { worker: 0, server: 0, network: 0 },
    calls: 0,
    callsAgain: 0,
    settledAgain: [],
    journalsRead: 0,
    answers: 0,
    early: 0,
    compared: 0,
    different: [],
    ms: 0,
  }
  const marks: { readonly settled: ReadonlySet<string>; readonly line: number }[] = []
  try {
    await worker.start()
    await proxy.listen()
    await server.register(proxy.url)
    const all = Array.from({ length: runs }, (_, place): Run => {
      const seed = firstSeed + (place % graphs)
      const client = durableClient<never>({ url: server.url, name: `random-${seed}`, secret }) as Client
      return { id: `run${place}`, seed, client, toCancel: place % 11 === 10 }
    })
    const waiting = new Map<string, Run>()
    const toStart = [...all]
    const perRound = Math.ceil(runs / kills)
    const end = Date.now() + 120_000 + runs * 2_000
    while (waiting.size + toStart.length > 0 || marks.length < kills) {
      if (Date.now() > end) throw new Error(`These runs did not end: ${await stateOf(server, [...waiting.keys()])}`)
      for (const run of toStart.splice(0, perRound)) {
        const { id, seed, client } = run
        const { options, asking } = randomGraph(seed, () => {})
        await answered(() => client.start(id, { options }))
        waiting.set(id, run)
        // Half of the runs have their answers before they ask.
        if (all.indexOf(run) % 2 === 0)
          for (const stage of asking) if (await answered(() => answer(client, id, stage))) counts.early++
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 200))
      if (marks.length < kills) {
        await fail(server, worker, proxy, counts)
        // A call that has settled by now must not begin after this line.
        const settled = await answered(() => settledCalls(server))
        marks.push({ settled, line: lines().length })
      }
      await goOn(server, waiting, counts)
    }

    const began = lines()
    for (const { settled, line } of marks)
      for (const call of began.slice(line)) if (settled.has(call)) counts.settledAgain.push(call)
    const times = new Map<string, number>()
    for (const call of began) times.set(call, (times.get(call) ?? 0) + 1)
    counts.journalsRead = marks.length
    counts.calls = times.size
    counts.callsAgain = [...times.values()].filter((each) => each > 1).length
    for (const run of all) await compare(run, counts)
  } finally {
    await worker.kill()
    await proxy.close()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  counts.ms = Date.now() - since
  return counts
}

/** What is known of runs that do not end. */
async function stateOf(server: RestateServer, runs: readonly string[]): Promise<string> {
  const keys = runs.map((run) => `'${run}'`).join(', ')
  const invocations = await server.query<{ readonly id: string }>(
    `select id, target_service_name, target_service_key, status, retry_count, last_failure, last_attempt_deployment_id from sys_invocation where target_handler_name = 'run' and target_service_key in (${keys})`,
  )
  const journals = invocations.map(async (each) => JSON.stringify({ ...each, journal: await server.journal(each.id) }))
  return (await Promise.all(journals)).join('\n')
}

/** Lets one of the three fail, and brings it back. */
async function fail(server: RestateServer, worker: Worker, proxy: Proxy, { kills }: KillCounts): Promise<void> {
  const which = Math.random()
  const away = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, Math.random() * 200))
  if (which < 0.4) {
    kills.worker++
    await worker.kill()
    await away()
    await worker.start()
  } else if (which < 0.65) {
    kills.server++
    await server.stop()
    await away()
    await server.start()
  } else {
    kills.network++
    proxy.cut()
  }
}

/** Answers what waits, cancels what is to be cancelled, and removes what has ended. */
async function goOn(server: RestateServer, waiting: Map<string, Run>, counts: KillCounts): Promise<void> {
  const rows = <Row>(sql: string): Promise<readonly Row[]> => answered(() => server.query<Row>(sql))
  const ended = await rows<{ readonly key: string }>(
    "select target_service_key as key from sys_invocation where target_handler_name = 'run' and status = 'completed'",
  )
  for (const { key } of ended) waiting.delete(key)
  for (const run of waiting.values()) {
    if (!run.toCancel) continue
    await answered(() => run.client.cancel(run.id, 'stop it'))
    run.toCancel = false
  }
  const asking = await rows<{ readonly run: string; readonly key: string }>(
    `select service_key as run, key from state where key like 'question %' and value_utf8 like '%"is":"open"%'`,
  )
  for (const { run, key } of asking) {
    const stage = key.slice('question '.length)
    const client = waiting.get(run)?.client
    if (client !== undefined && (await answered(() => answer(client, run, stage)))) counts.answers++
  }
}

/** Returns false if an answer before this one, or the end of the run, was faster. */
async function answer(client: Client, run: string, stage: string): Promise<boolean> {
  try {
    await client.answer(run, { [stage]: `yes, ${stage}` } as never)
    return true
  } catch (error) {
    if (StageflowError.is(error, 'durable-restate/not-waiting')) return false
    throw error
  }
}

async function compare({ id, seed, client }: Run, counts: KillCounts): Promise<void> {
  const result = await client.attach(id)
  counts.runs++
  counts.ended[result.status] = (counts.ended[result.status] ?? 0) + 1
  const { graph, options, isOrderFree } = randomGraph(seed, () => {})
  if (!isOrderFree || result.status === 'cancelled') return
  let expected = await graph.runSettled({ pipelineRunId: id }, options)
  while (expected.status === 'suspended') {
    const answers = Object.fromEntries(Object.keys(expected.requests).map((stage) => [stage, `yes, ${stage}`]))
    expected = await resumeSettled(graph, expected, answers, options)
  }
  counts.compared++
  const [one, other] = [shown(result as never), shown(expected as never)]
  if (one !== other) counts.different.push(`${id} of seed ${seed}: ${one} instead of ${other}`)
}

interface Shown {
  readonly status: string
  readonly data: object
  readonly report: { readonly stages: Readonly<Record<string, { readonly status: string; readonly tolerated?: true }>> }
}
const shown = ({ status, data, report }: Shown): string =>
  JSON.stringify({
    status,
    data,
    stages: Object.entries(report.stages).map(([name, stage]) => [name, stage.status, stage.tolerated]),
  })
