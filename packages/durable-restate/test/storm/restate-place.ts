import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StormPlace } from '../../../durable-local/test/storm/place.ts'
import { readJournal } from '../../src/journal.ts'
import type { JournalRow } from '../../src/journal.ts'
import { Proxy } from '../breakable.ts'
import { answered } from '../observed.ts'
import { startRestate } from '../restate-server.ts'
import type { RestateServer } from '../restate-server.ts'
import { serveRetries } from './retry.ts'
import { WORKFLOW } from './workflow.ts'
import type { Address } from './workflow.ts'

/** A place, and how it is removed. */
export interface OwnPlace {
  readonly place: StormPlace
  close(): Promise<void>
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A Restate server of its own, which is killed and starts again, and whose connections to workers and clients are cut. */
export async function restatePlace(): Promise<OwnPlace> {
  const server = await startRestate()
  const whereabouts = mkdtempSync(join(tmpdir(), 'stageflow-storm-'))
  const retried = join(whereabouts, 'retried')
  mkdirSync(retried)
  const workers = { old: workersIn(join(whereabouts, 'old')), new: workersIn(join(whereabouts, 'new')) }
  const ingress = new Proxy(() => [Number(new URL(server.url).port)])
  const proxies = [workers.old.proxy, workers.new.proxy, ingress]
  for (const proxy of proxies) await proxy.listen()
  const parts: Omit<Address, 'retries'> = {
    url: ingress.url,
    adminUrl: server.admin,
    old: { sockets: workers.old.sockets, url: workers.old.proxy.url },
    new: { sockets: workers.new.sockets, url: workers.new.proxy.url },
    hasNew: join(whereabouts, 'has-new'),
    whereabouts,
    retried,
  }
  const retries = await serveRetries(parts)
  const address: Address = { ...parts, retries: retries.url }
  const place: StormPlace = {
    name: 'Restate',
    address: JSON.stringify(address),
    whereabouts,
    opener: new URL('restate-runs.ts', import.meta.url),
    hasWeak: false,
    newVersion: 'fitting',
    needsWorker: true,
    troubles: [
      {
        name: 'restarted',
        happen: async (random) => {
          await server.stop()
          await wait(random() * 300)
          await server.start()
        },
      },
      {
        name: 'workers cut',
        happen: async () => {
          workers.old.proxy.cut()
          workers.new.proxy.cut()
        },
      },
      { name: 'clients cut', happen: async () => ingress.cut() },
    ],
    settledCalls: () => answered(() => settledCalls(server)),
    openRuns: async () => {
      const rows = await answered(() =>
        server.query<object>(
          `select target_service_key, target_handler_name, status, retry_count, last_failure, next_retry_at, modified_at
           from sys_invocation where status <> 'completed'`,
        ),
      )
      return rows.map((row) => JSON.stringify(row))
    },
    untakenRequests: async () => {
      const rows = await server.query<{ readonly n: number }>(
        `select count(*) as n from sys_invocation where status <> 'completed'`,
      )
      return Number(rows[0]?.n)
    },
  }
  return {
    place,
    close: async () => {
      await retries.close()
      for (const proxy of proxies) await proxy.close()
      await server.close()
    },
  }
}

/** An address in front of the workers whose sockets are in a folder. A connection goes to any of them that lives. */
function workersIn(sockets: string): { readonly sockets: string; readonly proxy: Proxy } {
  mkdirSync(sockets)
  const any = (): string[] =>
    readdirSync(sockets)
      .map((name) => join(sockets, name))
      .toSorted(() => Math.random() - 0.5)
  return { sockets, proxy: new Proxy(any) }
}

/** Calls that failed are left out: `retryFailed` runs them again. */
async function settledCalls(server: RestateServer): Promise<ReadonlySet<string>> {
  const rows = await server.query<JournalRow & { readonly run: string }>(
    `select i.target_service_key as run, j.entry_type, j.name, j.entry_json
     from sys_journal j join sys_invocation i on i.id = j.id
     where i.target_service_name = '${WORKFLOW}' and i.target_handler_name = 'run' order by j.id, j.index`,
  )
  const journals = new Map<string, JournalRow[]>()
  for (const row of rows) {
    const journal = journals.get(row.run)
    if (journal === undefined) journals.set(row.run, [row])
    else journal.push(row)
  }
  const settled = new Set<string>()
  for (const [run, journal] of journals)
    for (const fact of readJournal(journal)?.facts ?? [])
      if (fact.kind === 'call' && ['ok', 'skip', 'suspend'].includes(fact.facts.status))
        settled.add(`${run} ${fact.key}`)
  return settled
}
