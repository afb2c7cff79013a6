import { StageflowError, systemClock } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { incompatibilities } from '@stageflow/core/durable'
import { checkOptions, required, textOf } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { restateAt } from './http.ts'
import type { Ask } from './http.ts'
import { readJournal } from './journal.ts'
import { ADDRESS, HEADERS, ILLEGAL_OPTION, NAME, RUN_ID } from './option-rules.ts'
import type { JournalRow, RunJournal } from './journal.ts'
import { progressOfFacts } from './run-progress.ts'
import type { MovableRequest } from './run-start.ts'

export interface MoveRunOptions {
  /** The address of Restate's ingress, such as `http://localhost:8080`. */
  readonly url: string
  /** The address of Restate's admin API, such as `http://localhost:9070`. */
  readonly adminUrl: string
  /** The name of the workflow, whose newest deployment serves the graph. */
  readonly name: string
  readonly runId: string
  /** Headers of each request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
}

const RULES: OptionRules<MoveRunOptions> = {
  url: required(ADDRESS),
  adminUrl: required(ADDRESS),
  name: required(NAME),
  runId: required(RUN_ID),
  headers: HEADERS,
}

/** How long a run may take to pause, in ms: a stage in progress has to end first. */
const PAUSE_MS = 30_000
const POLL_MS = 50
const MOST_SHOWN = 50

interface Invocation {
  readonly id: string
  readonly status: string
}

/**
 * Lets a run that began with another graph go on with `graph`: its invocation is ended, and a new one with the same run id begins
 * with the same facts. Nothing that has settled runs again; calls in progress do. Rejects with `durable-restate/changed-graph` and every
 * difference if the run doesn't fit; then it goes on where it was.
 */
export async function moveRun<Stages, Ports>(graph: StageGraph<Stages, Ports>, options: MoveRunOptions): Promise<void> {
  checkOptions('moveRun()', ILLEGAL_OPTION, options, RULES)
  const { url, adminUrl, name, runId, headers } = options
  const admin = restateAt(adminUrl, headers)
  const found = await invocationOf(admin, name, runId)
  // Checked before anything changes, and again once the run can't go on.
  checkFit(graph, runId, await journalOf(admin, found.id))
  await pause(admin, found, options)
  const journal = await journalOf(admin, found.id)
  try {
    checkFit(graph, runId, journal)
  } catch (error) {
    await admin('PATCH', `/invocations/${found.id}/resume`)
    throw error
  }
  const request: MovableRequest = { ...journal.request, moved: { start: journal.start, facts: journal.facts } }
  await admin('PATCH', `/invocations/${found.id}/kill`)
  await observe(admin, found, options, (status) => status === 'completed')
  await admin('PATCH', `/invocations/${found.id}/purge`)
  const path = `/${name}/${encodeURIComponent(runId)}/run/send`
  try {
    await restateAt(url, headers)('POST', path, request)
  } catch (cause) {
    throw halfMoved(runId, path, request, cause)
  }
}

/** The old invocation is gone: what the run has done is only in this error. */
function halfMoved(runId: string, path: string, request: MovableRequest, cause: unknown): StageflowError {
  const error = new StageflowError(
    'durable-restate/half-moved',
    `The old invocation of the run "${runId}" has been removed, but the new one could not be started: ${textOf(cause)}. Send error.request as JSON with POST ${path} to the ingress.`,
    { cause },
  )
  // Not enumerable, because it holds the data of the run and must not get into logs.
  return Object.defineProperty(error, 'request', { value: request })
}

function checkFit<Stages, Ports>(graph: StageGraph<Stages, Ports>, runId: string, { start, facts }: RunJournal): void {
  const found = incompatibilities(graph, start.fingerprint, progressOfFacts(facts))
  if (found.length === 0) return
  const shown = found.slice(0, MOST_SHOWN).map((each) => `\n- ${each}`)
  if (found.length > MOST_SHOWN) shown.push(`\n- … and ${found.length - MOST_SHOWN} more`)
  throw new StageflowError(
    'durable-restate/changed-graph',
    `The run "${runId}" doesn't fit the graph "${graph.name}"; serve the graph that it began with, or one that keeps these stages:${shown.join('')}`,
  )
}

/** A value in a query. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

async function rows<Row>(admin: Ask, query: string): Promise<readonly Row[]> {
  return ((await admin('POST', '/query', { query })) as { readonly rows: readonly Row[] }).rows
}

async function invocationOf(admin: Ask, name: string, runId: string): Promise<Invocation> {
  const where = `target_service_name = ${quoted(name)} and target_service_key = ${quoted(runId)} and target_handler_name = 'run'`
  const [found] = await rows<Invocation>(admin, `select id, status from sys_invocation where ${where}`)
  if (found !== undefined && found.status !== 'completed') return found
  throw new StageflowError(
    'durable-restate/not-movable',
    found === undefined
      ? `Restate has no run "${runId}" of the workflow "${name}". Check the name, the id, and the address of the admin API.`
      : `The run "${runId}" has ended, so it can't be moved. See its result with client.attach(runId).`,
  )
}

async function journalOf(admin: Ask, id: string): Promise<RunJournal> {
  const query = `select entry_type, name, entry_json from sys_journal where id = ${quoted(id)} order by index`
  return readJournal(await rows<JournalRow>(admin, query))
}

async function pause(admin: Ask, found: Invocation, options: MoveRunOptions): Promise<void> {
  if (found.status === 'paused') return
  await admin('PATCH', `/invocations/${found.id}/pause`)
  await observe(admin, found, options, (status) => status === 'paused')
}

async function observe(
  admin: Ask,
  { id }: Invocation,
  { runId }: MoveRunOptions,
  isThere: (status: string) => boolean,
): Promise<void> {
  const end = systemClock.now() + PAUSE_MS
  for (;;) {
    const [now] = await rows<Invocation>(admin, `select id, status from sys_invocation where id = ${quoted(id)}`)
    if (now !== undefined && isThere(now.status)) return
    if (systemClock.now() > end)
      throw new StageflowError(
        'durable-restate/not-movable',
        `The run "${runId}" is "${now?.status ?? 'gone'}" ${PAUSE_MS} ms after it was told to pause; a stage of it may still run. It pauses when that stage ends: then move it again, or let it go on with PATCH /invocations/${id}/resume of the admin API.`,
      )
    await systemClock.sleep(POLL_MS)
  }
}
