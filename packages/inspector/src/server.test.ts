import { expect, test } from 'vitest'

import { Pipeline } from '@stageflow/core'

import { feedReader } from '../test/opened-page.ts'
import { inspector } from './index.ts'

const bearer = (url: string) => ({ authorization: `Bearer ${new URL(url).hash.replace('#key=', '')}` })

test('a page that was closed serves nothing any more, also if it was closed while it began to', async () => {
  const page = inspector()
  const begun = page.listen()
  begun.catch(() => undefined)
  await page.close()
  for (const serving of [begun, page.listen()])
    await expect(serving).rejects.toMatchObject({ code: 'inspector/closed' })
})

test('the server of listen() streams a feed, frees its reader when the browser leaves, and acts by the name of the user', async () => {
  const page = inspector({ actions: true })
  const server = await page.listen()
  const { origin } = new URL(server.url)
  const headers = bearer(server.url)
  try {
    const leaving = new AbortController()
    const reader = feedReader(await fetch(`${origin}/api/feed`, { headers, signal: leaving.signal }))
    expect((await reader.next())?.list).toMatchObject({ runs: [], data: false })
    leaving.abort()
    await reader.next().catch(() => undefined)
    while (page.stats().readers > 0) await new Promise((resolve) => setTimeout(resolve, 5))

    const graph = new Pipeline('slow')
      .withStage('wait', ({ signal, clock }) => clock.sleep(60_000, signal))
      .build({ eventSink: page })
    const ended = graph.run({ pipelineRunId: 'run-1' })
    const cancel = await fetch(`${origin}/api/runs/run-1/cancel`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({}),
    })
    expect(await cancel.json()).toEqual({ done: true })
    expect(await ended).toMatchObject({
      status: 'cancelled',
      reason: expect.stringMatching(/^cancelled in the inspector by ./) as string,
    })
  } finally {
    await page.close()
  }
})

test('closing the page ends a feed that is open over HTTP, and its server', async () => {
  const page = inspector()
  const server = await page.listen()
  const response = await fetch(`${new URL(server.url).origin}/api/feed`, { headers: bearer(server.url) })
  const reader = feedReader(response)
  await reader.next()
  await page.close()
  const last = await reader.next().catch((error: unknown) => (error instanceof Error ? undefined : error))
  expect(last).toBeUndefined()
  await expect(fetch(server.url)).rejects.toThrow('fetch failed')
})
