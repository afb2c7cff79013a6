import { checkOrigin } from './access.ts'
import type { Acts } from './acts.ts'
import { comparisonView } from './comparison.ts'
import type { ComparedRun } from './comparison.ts'
import { policyOf } from './csp.ts'
import type { PageText } from './csp.ts'
import type { Feed } from './feed.ts'
import { appHtml, fileHtml } from './html.ts'
import { pipelineView } from './percentiles.ts'
import { mayRead } from './reader.ts'
import type { Reader } from './reader.ts'
import { Refused, unknownRun } from './refusal.ts'
import { jsonBody, readAnswer, readCancel } from './request-body.ts'
import type { FileData } from './protocol.ts'
import type { Found, Runs } from './runs.ts'

export interface HandlerSetup {
  readonly runs: Runs
  readonly acts: Acts
  readonly feed: Feed
  readonly page: PageText
  /** The path that the app mounts the page at, without a slash at its end. */
  readonly mount: string
}

/**
 * Who sends a request. Throws a `Refused` for a reader who may do nothing. `isPage`: the request is for the page itself, which has no data.
 */
export type ReaderOf = (request: Request, isPage: boolean) => Reader | Promise<Reader>

export type Handle = (request: Request, readerOf: ReaderOf) => Promise<Response>

/** What a route gets. */
interface Call {
  readonly request: Request
  readonly url: URL
  readonly reader: Reader
  /** The parts of the path that the route leaves open, decoded. */
  readonly parts: readonly string[]
}

interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: RegExp
  /** It is the page itself: it has no data, and a link on another site may lead to it. */
  readonly isPage?: true
  answer(call: Call): Response | Promise<Response>
}

/** Answers the requests of a page. Whatever goes wrong is an answer too. */
export function handler(options: HandlerSetup): Handle {
  const { mount } = options
  const routes = routesOf(options)

  async function answer(request: Request, readerOf: ReaderOf): Promise<Response> {
    const url = new URL(request.url)
    if (mount !== '' && url.pathname === mount && request.method === 'GET')
      return new Response(null, { status: 308, headers: { ...HEADERS, location: `${mount}/${url.search}` } })
    const isMounted = url.pathname.startsWith(`${mount}/`)
    const path = url.pathname.slice(mount.length)
    const route = routes.find((one) => isMounted && one.method === request.method && one.path.test(path))
    const isPage = route?.isPage === true
    if (!isPage) checkOrigin(request)
    const reader = await readerOf(request, isPage)
    if (route === undefined)
      throw new Refused(
        404,
        'inspector/not-found',
        `There is no ${request.method} at ${url.pathname}. Is mount the path that the app mounts the page at?`,
      )
    if (!mayRead(reader))
      throw new Refused(403, 'inspector/not-granted', 'The authorize function of the app does not let you read runs.')
    return route.answer({ request, url, reader, parts: partsOf(route.path, path) })
  }

  return async (request, readerOf) => {
    try {
      return await answer(request, readerOf)
    } catch (error) {
      if (error instanceof Refused) return refusal(error)
      return refusal(new Refused(500, 'inspector/page-failed', 'The page could not answer this request.'))
    }
  }
}

function routesOf({ runs, acts, feed, page }: HandlerSetup): readonly Route[] {
  async function find(reader: Reader, id: string): Promise<Found> {
    const found = await runs.find(reader, id)
    if (found === undefined) throw unknownRun(id)
    return found
  }

  const act = (path: RegExp, does: (reader: Reader, found: Found, body: unknown) => Promise<boolean>): Route => ({
    method: 'POST',
    path,
    async answer({ request, reader, parts: [id = ''] }) {
      const body = await jsonBody(request)
      const found = await runs.findToAct(reader, id)
      if (found === undefined) throw unknownRun(id)
      return json({ done: await does(reader, found, body) })
    },
  })

  async function compared(reader: Reader, id: string): Promise<ComparedRun> {
    const { summary, report, graph } = runs.view(reader, await find(reader, id))
    return { summary, report, graph }
  }

  return [
    { method: 'GET', path: /^\/$/, isPage: true, answer: () => html(appHtml(page), policyOf(page, false)) },
    { method: 'GET', path: /^\/api\/runs$/, answer: async ({ reader }) => json(await runs.list(reader)) },
    {
      method: 'GET',
      path: /^\/api\/runs\/([^/]+)$/,
      answer: async ({ reader, parts: [id = ''] }) => json(runs.view(reader, await find(reader, id))),
    },
    {
      method: 'GET',
      path: /^\/api\/runs\/([^/]+)\/stages\/([^/]+)$/,
      answer: async ({ reader, parts: [id = '', name = ''] }) => {
        const stage = runs.stage(await find(reader, id), name)
        if (stage === undefined)
          throw new Refused(404, 'inspector/no-such-stage', `The run has no stage ${JSON.stringify(name)}.`)
        return json(stage)
      },
    },
    {
      method: 'GET',
      path: /^\/api\/feed$/,
      answer: ({ reader, url }) => {
        const run = url.searchParams.get('run') ?? undefined
        const stage = url.searchParams.get('stage') ?? undefined
        const headers = { ...HEADERS, 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' }
        return new Response(feed.open(reader, { run, stage }), { headers })
      },
    },
    {
      method: 'GET',
      path: /^\/api\/pipelines\/([^/]+)$/,
      answer: async ({ reader, parts: [name = ''] }) => json(pipelineView(name, await runs.ended(reader, name))),
    },
    {
      method: 'GET',
      path: /^\/api\/compare$/,
      answer: async ({ reader, url }) => {
        const [a, b] = [url.searchParams.get('a'), url.searchParams.get('b')]
        if (a === null || b === null)
          throw new Refused(400, 'inspector/unreadable-request', 'Name two runs to compare: api/compare?a=…&b=….')
        return json(comparisonView(await compared(reader, a), await compared(reader, b)))
      },
    },
    {
      method: 'GET',
      path: /^\/runs\/([^/]+)\.html$/,
      answer: async ({ reader, parts: [id = ''] }) => {
        const text = fileHtml(page, fileData(runs, reader, await find(reader, id)))
        const name = `run-${id.replaceAll(/[^\w.-]/g, '_').slice(0, 100)}.html`
        return html(text, policyOf(page, true), { 'content-disposition': `attachment; filename="${name}"` })
      },
    },
    act(/^\/api\/runs\/([^/]+)\/answer$/, (reader, found, body) => acts.answer(reader, found, readAnswer(body))),
    act(/^\/api\/runs\/([^/]+)\/cancel$/, (reader, found, body) => acts.cancel(reader, found, readCancel(body))),
    act(/^\/api\/runs\/([^/]+)\/retry$/, (reader, found) => acts.retry(reader, found)),
  ]
}

/** Everything of a run for its file. A file can do nothing to it. */
export function fileData(runs: Runs, reader: Reader, found: Found): FileData {
  const run = runs.view(reader, found)
  const stages = Object.keys(run.report.stages).flatMap((name) => {
    const stage = runs.stage(found, name)
    return stage === undefined ? [] : [[name, stage] as const]
  })
  return { run: { ...run, acts: [] }, stages: Object.fromEntries(stages) }
}

const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

const json = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { ...HEADERS, 'content-type': 'application/json' } })

const html = (text: string, policy: string, more: Readonly<Record<string, string>> = {}): Response =>
  new Response(text, {
    headers: {
      ...HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      ...more,
    },
  })

const refusal = ({ status, code, message }: Refused): Response => json({ error: { code, message } }, status)

function partsOf(route: RegExp, path: string): readonly string[] {
  const [, ...parts] = route.exec(path) ?? []
  try {
    return parts.map((part) => decodeURIComponent(part))
  } catch {
    throw new Refused(400, 'inspector/unreadable-request', `The path ${path} is not encoded as a URL must be.`)
  }
}
