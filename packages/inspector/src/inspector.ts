import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'

import { systemClock } from '@stageflow/core'
import type {
  Clock,
  EventSink,
  PipelineReport,
  RunContext,
  RunPart,
  StageflowEvent,
  WaitOptions,
} from '@stageflow/core'
import {
  CLOCK,
  FLAG,
  REDACTION,
  checkArgumentCount,
  checkOptions,
  checkWait,
  checkedMethods,
  functionLike,
  objectWith,
  read,
  whole,
} from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'

import { checkHost, localReader, mountedReader } from './access.ts'
import type { Authorize } from './access.ts'
import { actsOn } from './acts.ts'
import { DescribedGraphs, graphsOf } from './describe-graph.ts'
import { Feed } from './feed.ts'
import { fileData, handler } from './handler.ts'
import { fileHtml } from './html.ts'
import type { ActedGraph, InspectedJournal } from './journal.ts'
import { journalRuns } from './journal-runs.ts'
import { takeLog } from './log-runs.ts'
import { serveOnLoopback } from './node-server.ts'
import type { NodeServer } from './node-server.ts'
import { PAGE } from './page-text.ts'
import type { Reader } from './reader.ts'
import { createRedactors } from './redactors.ts'
import { noSuchRun, pageClosed } from './refusal.ts'
import { RunStates } from './run-states.ts'
import { runsOf } from './runs.ts'

const ILLEGAL = 'inspector/illegal-option'
const DEFAULT_BYTES = 64 * 1024 * 1024

/** The options of `inspector()`. */
export interface InspectorOptions {
  /** Durable runs to show beside those of this process: `openJournal(path, { readOnly: true })`, or durable runs that the page may act on. */
  readonly journal?: InspectedJournal
  /** Reports of runs that have ended, such as `result.report`. */
  readonly reports?: readonly PipelineReport[]
  /** The text of a log of events, as `JsonlExporter` writes it. */
  readonly log?: string
  /** Built graphs: they draw the runs of reports, logs and journals, and their interceptors admit acts of callers with a token. */
  readonly graphs?: readonly ActedGraph[]
  /** Says who may see the mounted page and what they may do. Without it `fetch` refuses every request. */
  readonly authorize?: Authorize
  /** Whether runs can be answered, cancelled and retried. Default: false. */
  readonly actions?: boolean
  /** Whether inputs, outputs, chunks and requests are shown. Default: false. */
  readonly data?: boolean
  /** What to redact in all that is shown. Default: secrets. */
  readonly redaction?: RedactionOptions | false
  /** Maximum size of all runs that are kept, in bytes, as estimated, without their graphs. Then the runs that ended first are dropped. Default: 64 MiB. */
  readonly maxBytes?: number
  /** The path that the app mounts the page at, such as `/runs`. Default: the root. */
  readonly mount?: string
  readonly clock?: Clock
}

export interface ListenOptions {
  /** Default: a free port. */
  readonly port?: number
}

/** A page that is served on loopback. */
export interface InspectorServer {
  /** The link to open. Its fragment has the key, which no request sends. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

export interface InspectorStats {
  /** The runs of this process and of files that are kept, and about how many bytes they take. */
  readonly runs: number
  readonly bytes: number
  /** How many were dropped to make room. */
  readonly droppedRuns: number
  /** How many feeds are open, and how many messages were left out because their reader was behind. */
  readonly readers: number
  readonly skippedMessages: number
}

/** A page of runs. It is an event sink: `setEventSink(page)` shows every run of the process. */
export interface Inspector extends EventSink {
  /** It gets chunks too. */
  readonly chunks: true
  onRun(run: RunContext): RunPart | undefined
  emit(event: StageflowEvent): void
  tryEmit(event: StageflowEvent): boolean
  /** Answers a request to the mounted page. It never rejects. */
  fetch(request: Request): Promise<Response>
  /** Serves the page to the user of this machine, on 127.0.0.1. */
  listen(options?: ListenOptions): Promise<InspectorServer>
  /** One run as an HTML file that loads nothing. Rejects with `inspector/unknown-run`. */
  htmlOf(runId: string): Promise<string>
  stats(): InspectorStats
  /** Ends all feeds and servers, without a wait. Later runs aren't kept, and `tryEmit` returns false. */
  close(options?: WaitOptions): Promise<void>
}

const isGraph = (value: unknown): boolean =>
  typeof read(value, 'name') === 'string' && typeof read(value, 'info') === 'object'
const MOUNT: OptionRule = [
  (path) => typeof path === 'string' && /^(\/[\w.~-]+)+$/.test(path),
  "a path such as '/runs', without a slash at its end",
]
const RULES: OptionRules<InspectorOptions> = {
  journal: objectWith('a journal', 'list', 'get'),
  reports: [Array.isArray, 'an array of reports'],
  log: [(text) => typeof text === 'string', 'the text of a log'],
  graphs: [(graphs) => Array.isArray(graphs) && graphs.every(isGraph), 'an array of built graphs'],
  authorize: functionLike('(request) => ({ by, may }) or false'),
  actions: FLAG,
  data: FLAG,
  redaction: REDACTION,
  maxBytes: whole(1),
  mount: MOUNT,
  clock: CLOCK,
}
const LISTEN_RULES: OptionRules<ListenOptions> = { port: whole(0, 65_535) }

/** Makes a page of runs. Throws `inspector/illegal-option`, `inspector/not-a-log` and `report/not-a-report`. */
export function inspector(options: InspectorOptions = {}): Inspector {
  checkArgumentCount(arguments.length, 1, 'inspector(options)', ILLEGAL)
  checkOptions('inspector()', ILLEGAL, options, RULES)
  const { journal, authorize, log, graphs = [], reports = [], mount = '' } = options
  const { actions = false, data = false, redaction = {}, maxBytes = DEFAULT_BYTES, clock = systemClock } = options
  const redactors = createRedactors(redaction)
  const shown = { data, redactors }
  const described = new DescribedGraphs(redactors.facts)
  const byPipeline = new Map(graphs.map((graph) => [graph.name, graph]))
  const graphOf = graphsOf(
    graphs.map(({ info }) => info),
    described,
  )

  const states = new RunStates({ data, redactors, maxBytes })
  for (const report of reports) states.addReport(report, { origin: 'file', orgId: undefined }, graphOf)
  if (log !== undefined) takeLog(log, states, graphOf)

  const inJournal = journal && journalRuns(journal, shown, graphOf)
  const acts = actsOn({ journal, graphs: byPipeline, isOn: actions, clock, redactor: redactors.facts })
  const runs = runsOf({
    states,
    journal: inJournal,
    shown,
    now: () => clock.now(),
    actsOn: (reader, found) => acts.of(reader, found),
  })
  const feed = new Feed({ runs, states, shown, hasJournal: journal !== undefined, clock })
  const mounted = handler({ runs, acts, feed, page: PAGE, mount })
  const local = handler({ runs, acts, feed, page: PAGE, mount: '' })
  const servers = new Set<NodeServer>()
  let isClosed = false

  /** Keeps the runs of this process, until the page is closed. Returns whether it is open. */
  function take(event: StageflowEvent): boolean {
    if (!isClosed) states.take(event, 'live')
    return !isClosed
  }

  async function listen(given: ListenOptions = {}): Promise<InspectorServer> {
    checkOptions('listen()', ILLEGAL, given, LISTEN_RULES)
    if (isClosed) throw pageClosed()
    const access = { key: randomBytes(24).toString('base64url'), user: userName() }
    const server = await serveOnLoopback(given.port ?? 0, (request, port) =>
      local(request, (one, isPage) => {
        checkHost(one, port)
        return localReader(one, access, isPage)
      }),
    )
    if (isClosed) {
      await server.close() // close() came meanwhile, and did not know of it
      throw pageClosed()
    }
    servers.add(server)
    const close = async (): Promise<void> => {
      servers.delete(server)
      await server.close()
    }
    return { url: `http://127.0.0.1:${server.port}/#key=${access.key}`, port: server.port, close }
  }

  async function htmlOf(runId: string): Promise<string> {
    const found = await runs.find(THE_APP, runId)
    if (found === undefined) throw noSuchRun(runId)
    return fileHtml(PAGE, fileData(runs, THE_APP, found))
  }

  /** Nothing is left to deliver, so the limits of the wait are never reached. */
  async function close(wait: WaitOptions = {}): Promise<void> {
    checkWait('close()', ILLEGAL, wait)
    isClosed = true
    feed.close()
    await Promise.all([...servers].map((server) => server.close()))
    servers.clear()
  }

  const methods = checkedMethods(
    {
      listen,
      htmlOf,
      stats: () => statsOf(states, feed),
      close,
    },
    {
      code: ILLEGAL,
      calls: { listen: [['options']], htmlOf: [['runId']], stats: [[]], close: [['options']] },
      synchronous: ['stats'],
    },
  )
  return Object.freeze({
    core: '^1.0.0',
    chunks: true,
    onRun: (run: RunContext) => (isClosed ? undefined : states.onRun(run)),
    emit: (event: StageflowEvent) => void take(event),
    tryEmit: take,
    fetch: (request: Request) => mounted(request, (one) => mountedReader(one, authorize)),
    ...methods,
  })
}

const statsOf = (states: RunStates, feed: Feed): InspectorStats =>
  Object.freeze({
    runs: states.size,
    bytes: states.bytes,
    droppedRuns: states.dropped,
    readers: feed.readers,
    skippedMessages: feed.skipped,
  })

/** Whose acts are recorded under `listen()`. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'a local user' // in a container the user may have no name
  }
}

/** The app sees all runs, and acts on them by its own code. */
const THE_APP: Reader = { by: 'the app', may: new Set(['read']), isLocal: true }
