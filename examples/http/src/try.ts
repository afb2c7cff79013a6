import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Service } from './server.ts'

/** Sends the requests of a few clients to the service, and prints what they got. */
export async function tryService({ server }: Service, token: string, print: (line: string) => void): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const post = (question: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> =>
    fetch(`${url}/chat`, { method: 'POST', headers, body: JSON.stringify({ question }), signal: signal ?? null })
  const show = async (what: string, response: Response): Promise<void> => {
    const repeated = response.headers.has('idempotent-replayed') ? ' (the recorded answer)' : ''
    print(`${what}\n  ${response.status}${repeated} ${shown((await response.text()).trim())}`)
  }
  const authorization = `Bearer ${token}`
  const asked = { authorization, 'idempotency-key': 'message-1' }

  await show('without a token', await post('Where is order 7?', {}))
  await show('with a token and an idempotency key', await post('Where is order 7?', asked))
  await show('the same request again', await post('Where is order 7?', asked))
  await show('another question with the same key', await post('Where is order 8?', asked))
  await show('an empty question', await post(' ', { authorization }))

  const leaving = new AbortController()
  const response = await post('Tell me a long story about order 9, please.', { authorization }, leaving.signal)
  const { value } = await response.body!.getReader().read()
  print(
    `a client that disconnects after the first token\n  ${response.status} ${shown(new TextDecoder().decode(value).trim())}`,
  )
  leaving.abort()

  const runs = /^stageflow_runs_total\{.*$/gm
  let scraped = ''
  // The service notices the disconnect a moment later.
  while (!/status="cancelled"\} 2/.test(scraped)) scraped = await (await fetch(`${url}/metrics`)).text()
  print(`GET /metrics\n  ${(scraped.match(runs) ?? []).join('\n  ')}`)
}

/** The texts of all events `chunk` on one line, and every other event on a line of its own. */
function shown(body: string): string {
  const texts: string[] = []
  const others: string[] = []
  for (const event of body.replaceAll(/^id: .*\n/gm, '').split('\n\n')) {
    const [, text] = /^event: chunk\ndata: (.*)$/.exec(event) ?? []
    if (text === undefined) others.push(event.replace('\ndata', ' data'))
    else texts.push(JSON.parse(text) as string)
  }
  const streamed = texts.length === 0 ? [] : [`chunk × ${texts.length}: ${texts.join('').trim()}`]
  return [...streamed, ...others].join('\n  ')
}
