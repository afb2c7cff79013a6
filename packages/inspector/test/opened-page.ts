import { inspector } from '../src/index.ts'
import type { InspectorOptions } from '../src/index.ts'
import type { FeedMessage, Refusal, RunList, RunView, StageView } from '../src/protocol.ts'

/** A page that is mounted in an app whose every caller may do everything, unless `options` say otherwise. */
export function openedPage(options: InspectorOptions = {}) {
  const page = inspector({
    authorize: () => ({ by: 'ada', may: ['read', 'answer', 'cancel', 'retry'] }),
    ...options,
  })
  const ask = (path: string, init?: RequestInit) => page.fetch(new Request(`http://app.test${path}`, init))
  const read = async <T>(path: string): Promise<T> => {
    const response = await ask(path)
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  return {
    page,
    ask,
    read,
    post: (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    runs: async () => (await read<RunList>('/api/runs')).runs,
    run: (id: string) => read<RunView>(`/api/runs/${encodeURIComponent(id)}`),
    stage: (id: string, name: string) =>
      read<StageView>(`/api/runs/${encodeURIComponent(id)}/stages/${encodeURIComponent(name)}`),
    feed: async (query = '') => feedReader(await ask(`/api/feed${query}`)),
  }
}

/** The code of a refusal, with its status. */
export async function refusalOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as Refusal
  return `${response.status} ${error.code}`
}

/** Reads the lines of a feed. */
export function feedReader(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let rest = ''
  return {
    /** The next message; undefined once the feed has ended. */
    async next(): Promise<FeedMessage | undefined> {
      while (!rest.includes('\n')) {
        const { done, value } = await reader.read()
        if (done) return undefined
        rest += decoder.decode(value, { stream: true })
      }
      const [line = '', ...more] = rest.split('\n')
      rest = more.join('\n')
      return JSON.parse(line) as FeedMessage
    },
    leave: () => reader.cancel(),
  }
}
