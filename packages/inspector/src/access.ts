import { timingSafeEqual } from 'node:crypto'

import { didYouMean, show } from '@stageflow/core/kit'

import { Refused } from './refusal.ts'
import type { InspectorAccess, InspectorRight, Reader } from './reader.ts'

/** Says who sends a request, and what they may do. `false`: nothing. */
export type Authorize = (request: Request) => InspectorAccess | false | Promise<InspectorAccess | false>

const RIGHTS: ReadonlySet<unknown> = new Set<InspectorRight>(['read', 'answer', 'cancel', 'retry'])

/** The reader of a request to a mounted page. Throws a `Refused`: everything is refused that the app doesn't allow. */
export async function mountedReader(request: Request, authorize: Authorize | undefined): Promise<Reader> {
  if (authorize === undefined)
    throw new Refused(
      403,
      'inspector/no-authorize',
      'The page refuses all requests, because the app has not said who may see it: pass authorize to inspector().',
    )
  let access: unknown
  try {
    access = await authorize(request)
  } catch {
    // The message may hold what the app knows of the caller.
    throw new Refused(500, 'inspector/authorize-failed', 'The authorize function of the app threw an error.')
  }
  if (access === false)
    throw new Refused(403, 'inspector/not-granted', 'The authorize function of the app does not allow this request.')
  const problem = problemOf(access)
  if (problem !== undefined)
    throw new Refused(500, 'inspector/authorize-failed', `The authorize function of the app returned ${problem}.`)
  const { by, orgId, may, token } = access as InspectorAccess
  return {
    by,
    may: new Set(may),
    isLocal: false,
    ...(orgId !== undefined && { orgId }),
    ...(token !== undefined && { token }),
  }
}

const FIELDS = ['by', 'orgId', 'may', 'token']

/** What is wrong with an access. One whose `orgId` has no value, or is misspelled, would show the runs of all organizations. */
function problemOf(access: unknown): string | undefined {
  if (typeof access !== 'object' || access === null) return `${show(access)}; return { by, may } or false`
  const unknown = Object.keys(access).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined)
    return `an unknown field ${show(unknown)}${didYouMean(unknown, FIELDS) ?? ''}; return only by, orgId, may and token`
  const { by, orgId, may, token } = access as Record<string, unknown>
  if (typeof by !== 'string' || by.trim() === '' || by.length > 400 || /[\r\n]/.test(by))
    return 'no name as `by`; return a text on one line, of at most 400 characters'
  if ('orgId' in access && (typeof orgId !== 'string' || orgId === ''))
    return '`orgId` without a value; leave it out for someone who may see the runs of all'
  if (!Array.isArray(may) || !may.every((right) => RIGHTS.has(right)))
    return `${show(may)} as \`may\`; return an array of 'read', 'answer', 'cancel' and 'retry'`
  if ('token' in access && token !== undefined && (typeof token !== 'string' || token === ''))
    return 'a `token` that is not a string'
  return undefined
}

/** The key in the link of `listen()`, and the name of the user of this machine. */
export interface LocalAccess {
  readonly key: string
  readonly user: string
}

/**
 * The reader of a request to the server of `listen()`. Throws a `Refused`. A browser sends no fragment, so the page itself comes without the
 * key.
 */
export function localReader(request: Request, { key, user }: LocalAccess, isPage: boolean): Reader {
  const given = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  if (!isPage && (given === undefined || !isSame(given, key)))
    throw new Refused(
      401,
      'inspector/no-key',
      'The request has no key, or a wrong one. Open the link that listen() returned.',
    )
  // Without a token there is nothing that a retry could be admitted by.
  return { by: user, may: new Set(['read', 'answer', 'cancel']), isLocal: true }
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Refuses requests under another name than that of loopback: a foreign site could lead its own name to this machine. */
export function checkHost(request: Request, port: number): void {
  const host = request.headers.get('host') ?? ''
  const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)
  if (names.includes(host)) return
  throw new Refused(
    403,
    'inspector/wrong-host',
    `The page is at 127.0.0.1:${port}, and not at the host of this request. Open the link that listen() returned.`,
  )
}

/** Refuses requests that a page of another origin has sent. */
export function checkOrigin(request: Request): void {
  const site = request.headers.get('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return
  const origin = request.headers.get('origin')
  const isForeign = site !== null || (origin !== null && hostOf(origin) !== hostOfRequest(request))
  if (!isForeign) return
  throw new Refused(
    403,
    'inspector/wrong-origin',
    'A page of another origin has sent this request. Open the page of the runs itself.',
  )
}

/** A proxy may speak HTTPS in front of the app, so only hosts are compared. */
const hostOfRequest = (request: Request): string => request.headers.get('host') ?? new URL(request.url).host

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
