import { computed, effect, signal } from '@preact/signals'

import type { FeedMessage } from '../../src/protocol.ts'
import { address } from './address.ts'
import { accessHeaders } from './key.ts'
import { refusalOf } from './requests.ts'

/** How the page gets what it shows. `gone`: the app has ended or can't be reached. `file`: the page is a file with one run. */
export type Link = 'connecting' | 'live' | 'gone' | 'refused' | 'file'

export const link = signal<Link>('connecting')
/** Why the app refuses this reader. */
export const refusal = signal('')

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

/** What the feed is asked for. A change opens a new feed. */
const wanted = computed(() => {
  const { run, stage } = address.value
  const fields = Object.entries({ run, stage }).filter((field): field is [string, string] => field[1] !== undefined)
  return new URLSearchParams(fields).toString()
})

/** Calls `receive` with everything that the server sends, and connects again if the connection is lost. */
export function openFeed(receive: (message: FeedMessage) => void): void {
  effect(() => {
    const query = wanted.value
    const stopped = new AbortController()
    void keepReading(query, receive, stopped.signal)
    return () => stopped.abort()
  })
}

async function keepReading(query: string, receive: (message: FeedMessage) => void, signal: AbortSignal): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS
  while (!signal.aborted) {
    let isServed = false
    const end = await readOnce(query, signal, (message) => {
      isServed = true
      pauseMs = FIRST_PAUSE_MS
      link.value = 'live'
      receive(message)
    }).catch((): FeedEnd => 'lost')
    if (end === 'refused' || signal.aborted) return
    if (end === 'ended' && isServed) continue
    link.value = 'gone'
    await pause(pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

/** `ended`: by the server, which authorizes the reader again after some minutes. */
type FeedEnd = 'refused' | 'ended' | 'lost'

/** Reads one connection to its end. Rejects if there is none, or if it is lost. */
async function readOnce(query: string, signal: AbortSignal, receive: (message: FeedMessage) => void): Promise<FeedEnd> {
  const response = await fetch(`api/feed?${query}`, { headers: accessHeaders(), signal })
  if (!response.ok) {
    const error = await refusalOf(response)
    if (response.status !== 401 && response.status !== 403) throw error
    refusal.value = error.message
    link.value = 'refused'
    return 'refused'
  }
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    const lines = (rest + read.value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '' && !signal.aborted) receive(JSON.parse(line) as FeedMessage)
  }
  return 'ended'
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
