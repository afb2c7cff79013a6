import { randomUUID } from 'node:crypto'
import { StageflowError, systemClock } from '@stageflow/core'
import { incompatibilities, progressOfCalls } from '@stageflow/core/durable'
import type { NamedGraph, RecordedCall } from '@stageflow/core/durable'
import { textOf } from '@stageflow/core/kit'
import { isOfServer, mayPass, restateAt } from './http.ts'
import type { Ask } from './http.ts'
import { readJournal } from './journal.ts'
import type { JournalRow, RunJournal } from './journal.ts'
import type { Moved } from './run-start.ts'
import type { RunView } from './run-view.ts'
import type { Keys } from './secret.ts'
import { sealed } from './sent-request.ts'
import type { ClientRequest } from './sent-request.ts'

/** Where a run is: the addresses of Restate, the name of the workflow, and the id of the run. */
export interface RunPlace {
  /** The address of Restate's ingress, such as `http://localhost:8080`. */
  readonly url: string
  /** The address of Restate's admin API, such as `http://localhost:9070`. */
  readonly adminUrl: string
  readonly name: string
  readonly runId: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

interface Invocation {
  readonly id: string
  readonly status: string
}

/** How long a run may take to pause or to end, in ms: a stage in progress has to end first. */
const OBSERVE_MS = 30_000
export const POLL_MS = 50
const MOST_SHOWN = 50
/** How long a process has the right to remove a run for itself, in ms. Then another one may get it, because the first may have died. */
export const CLAIM_MS = 120_000
/** How often the new invocation of a run may fail to begin. The pauses between the tries take 12 seconds. */
const MOST_FAILURES = 8
/** A process uses its right in this time, so that two never do at once. */
const CLAIM_USED_MS = CLAIM_MS / 2

/** A run as the admin API shows it: its invocation, its journal and its promises. */
export class RecordedRun {
  readonly #place: RunPlace
  readonly #admin: Ask
  #id = ''
  #mayRemoveUntil = Infinity

  constructor(place: RunPlace) {
    this.#place = place
    this.#admin = restateAt(place.adminUrl, place.headers)
  }

  /** Finds the invocation that carries the run, and returns its status; undefined if there is no such run. */
  async find(): Promise<string | undefined> {
    const { name, runId } = this.#place
    const where = `target_service_name = ${quoted(name)} and target_service_key = ${quoted(runId)} and target_handler_name = 'run'`
    const [found] = await this.#rows<Invocation>(`select id, status from sys_invocation where ${where}`)
    this.#id = found?.id ?? ''
    return found?.status
  }

  async journal(): Promise<RunJournal> {
    const query = `select entry_type, name, entry_json from sys_journal where id = ${quoted(this.#id)} order by index`
    const journal = readJournal(await this.#rows<JournalRow>(query))
    if (journal !== undefined) return journal
    throw notMovable(
      `Restate has no journal of the run "${this.#place.runId}": it has not begun, or has ended longer ago than journalRetention.`,
    )
  }

  /** What the run was told, such as answers that came early, by the names of the promises that `isWanted` names. */
  async promises(isWanted: (name: string) => boolean): Promise<Readonly<Record<string, unknown>>> {
    const { name, runId } = this.#place
    const where = `service_name = ${quoted(name)} and service_key = ${quoted(runId)} and completed`
    const rows = await this.#rows<{ readonly key: string; readonly value: string | null }>(
      `select key, completion_success_value_utf8 as value from sys_promise where ${where}`,
    )
    return Object.fromEntries(
      rows.flatMap(({ key, value }) => (value !== null && isWanted(key) ? [[key, JSON.parse(value) as unknown]] : [])),
    )
  }

  async pause(): Promise<void> {
    await this.#change('pause')
    await this.observe('paused')
  }
  resume(): Promise<void> {
    return this.#change('resume')
  }
  /** Ends an invocation in progress. */
  async kill(): Promise<void> {
    await this.#change('kill')
    await this.observe('completed')
  }

  /** Waits until the invocation has a status. */
  async observe(status: string): Promise<void> {
    const end = systemClock.now() + OBSERVE_MS
    for (;;) {
      const now = await this.#invocation()
      if (now?.status === status) return
      if (now === undefined || systemClock.now() > end)
        throw notMovable(
          `The run "${this.#place.runId}" is "${now?.status ?? 'gone'}", and not ${status} after ${OBSERVE_MS} ms; a stage of it may still run. Try again when that stage has ended, or let the run go on with PATCH /invocations/${this.#id}/resume of the admin API.`,
        )
      await systemClock.sleep(POLL_MS)
    }
  }

  /** Waits until the invocation has ended, or is gone. */
  async ended(): Promise<void> {
    await this.observe('completed').catch(async (error: unknown) => {
      if (await this.isThere()) throw error
    })
  }

  /** Whether the invocation that was found is there: another process may have removed it. */
  async isThere(): Promise<boolean> {
    return (await this.#invocation()) !== undefined
  }
  async #invocation(): Promise<Invocation | undefined> {
    const [found] = await this.#rows<Invocation>(`select id, status from sys_invocation where id = ${quoted(this.#id)}`)
    return found
  }

  /** What a client reads of the run; undefined if it was not started. */
  async view(keys: Keys): Promise<RunView | undefined> {
    return ((await this.#send(keys, 'read', { body: {} })) as RunView | null) ?? undefined
  }

  /**
   * Claims the right to remove the run with this state. Returns false if another process has it, or the run isn't that one anymore:
   * another run with its id has the same invocation id.
   */
  async claim(keys: Keys, { run, state }: RunView): Promise<boolean> {
    this.#mayRemoveUntil = systemClock.now() + CLAIM_USED_MS
    return (await this.#send(keys, 'claim', { run, body: state.status })) as boolean
  }

  /** Removes the invocation, which has ended. Returns false if another process was faster: it is gone, or in progress again. */
  async remove(): Promise<boolean> {
    if (systemClock.now() > this.#mayRemoveUntil) return false
    try {
      await this.#change('purge')
      return true
    } catch (error) {
      if (!NOT_THERE.some((code) => StageflowError.is(error, code))) throw error
      return false
    }
  }

  /** Begins the run again with what it has done before, after its invocation was removed. Returns the id of the request, which is that of the new run. */
  async beginAgain(keys: Keys, { request }: RunJournal, moved: Moved): Promise<string> {
    const { name, runId, url, headers } = this.#place
    const { kept, by, ...rest } = request
    const id = randomUUID()
    const about = { workflow: name, runId, action: 'move', at: systemClock.now(), id } as const
    const sent = sealed(keys, { ...about, isAdmitted: true, kept, by, body: { ...rest, moved } })
    const path = `/${name}/${encodeURIComponent(runId)}/move`
    for (let failures = 0; ; failures++) {
      try {
        const isBegun = (await restateAt(url, headers)('POST', path, sent)) === true
        // The answer to an earlier try may be lost.
        if (isBegun || (failures > 0 && (await this.view(keys))?.run === id)) return id
      } catch (cause) {
        if (failures === MOST_FAILURES || !(mayPass(cause) || isOfServer(cause)))
          throw halfMoved(runId, path, sent, textOf(cause), cause)
        await systemClock.sleep(POLL_MS * 2 ** failures)
        continue
      }
      throw halfMoved(runId, path, sent, 'another run with this id was started meanwhile', undefined)
    }
  }

  async #send(keys: Keys, action: 'read' | 'claim', request: Pick<ClientRequest, 'run' | 'body'>): Promise<unknown> {
    const { name, runId, url, headers } = this.#place
    const about = { workflow: name, runId, action, at: systemClock.now(), id: randomUUID(), isAdmitted: true }
    const sent = sealed(keys, { ...about, ...request })
    return restateAt(url, headers)('POST', `/${name}/${encodeURIComponent(runId)}/${action}`, sent)
  }
  #change(how: string): Promise<void> {
    return this.#admin('PATCH', `/invocations/${this.#id}/${how}`) as Promise<void>
  }
  async #rows<Row>(query: string): Promise<readonly Row[]> {
    return ((await this.#admin('POST', '/query', { query })) as { readonly rows: readonly Row[] }).rows
  }
}

/** How the admin API refuses to remove an invocation that is gone, or that has not ended. */
const NOT_THERE = ['durable-restate/unknown-run', 'durable-restate/refused']

/** Throws `durable-restate/changed-graph` with every difference if a run can't go on with a graph. */
export function checkFit(
  graph: NamedGraph,
  runId: string,
  { start, facts }: Pick<RunJournal, 'start' | 'facts'>,
): void {
  const { fingerprint } = start
  const found = incompatibilities(graph, fingerprint, progressOfCalls(callsIn(facts), fingerprint))
  if (found.length === 0) return
  const shown = found.slice(0, MOST_SHOWN).map((each) => `\n- ${each}`)
  if (found.length > MOST_SHOWN) shown.push(`\n- … and ${found.length - MOST_SHOWN} more`)
  throw new StageflowError(
    'durable-restate/changed-graph',
    `The run "${runId}" doesn't fit the graph "${graph.name}"; serve the graph that it began with, or one that keeps these stages:${shown.join('')}`,
  )
}

/** A stage in progress has no fact, because it is called again. */
const callsIn = (facts: RunJournal['facts']): readonly RecordedCall[] =>
  facts.flatMap((fact) => (fact.kind === 'call' ? [{ key: fact.key, hasEnded: fact.facts.status !== 'suspend' }] : []))

export const notMovable = (message: string): StageflowError =>
  new StageflowError('durable-restate/not-movable', message)

/** The old invocation is gone: what the run has done is only in this error. */
function halfMoved(runId: string, path: string, request: unknown, why: string, cause: unknown): StageflowError {
  const error = new StageflowError(
    'durable-restate/half-moved',
    `The old invocation of the run "${runId}" has been removed, but the new one could not be started: ${why}. Send error.request as JSON with POST ${path} to the ingress, within a day.`,
    cause === undefined ? undefined : { cause },
  )
  // Not enumerable, because it holds the data of the run and must not get into logs.
  return Object.defineProperty(error, 'request', { value: request })
}

/** A value in a query. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
