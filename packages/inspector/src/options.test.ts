import { expect, test } from 'vitest'

import { Pipeline } from '@stageflow/core'
import { eventOf, manualClock } from '@stageflow/testing'

import { openedPage, refusalOf } from '../test/opened-page.ts'
import { inspector } from './index.ts'

test.each([
  [{ mount: 'runs' }, "mount must be a path such as '/runs'"],
  [{ mount: '/runs/' }, "mount must be a path such as '/runs'"],
  [{ mount: '//evil.test' }, "mount must be a path such as '/runs'"],
  [{ maxBytes: 0 }, 'maxBytes must be a whole number from 1'],
  [{ actions: 'yes' }, 'actions must be true or false'],
  [{ journal: {} }, 'journal must be a journal with list(), get()'],
  [{ graphs: [new Pipeline('a')] }, 'graphs must be an array of built graphs'],
  [{ datas: true }, 'unknown option "datas" (did you mean "data"?'],
])('options %j are refused with inspector/illegal-option', (options, problem) => {
  const make = () => inspector(options as object)
  expect(make).toThrow(problem)
  expect(make).toThrow(expect.objectContaining({ code: 'inspector/illegal-option' }) as Error)
})

test('arguments without a parameter and wrong ports are refused', async () => {
  const make = inspector as (...given: readonly unknown[]) => unknown
  expect(() => make({}, {})).toThrow(expect.objectContaining({ code: 'inspector/illegal-option' }) as Error)
  const page = inspector()
  await expect(page.listen({ port: 70_000 })).rejects.toThrow('port must be a whole number from 0 to 65535')
  const htmlOf = page.htmlOf as (...given: readonly unknown[]) => Promise<string>
  await expect(htmlOf('run-1', {})).rejects.toMatchObject({ code: 'inspector/illegal-option' })
  await expect(page.htmlOf('run-1')).rejects.toMatchObject({ code: 'inspector/unknown-run' })
  await expect(page.close({ timeoutMs: -1 })).rejects.toMatchObject({ code: 'inspector/illegal-option' })
})

test('a page closes within the limit that a sink in front of it gives, and then takes no event', async () => {
  const page = inspector()
  await page.close({ timeoutMs: 0, signal: AbortSignal.abort() })
  expect(page.tryEmit(eventOf('pipeline.started', { pipeline: 'chat', stages: 1 }))).toBe(false)
})

test('a page that is mounted at a path answers there alone, and its path without a slash leads to it', async () => {
  const { ask } = openedPage({ mount: '/admin/runs' })
  expect((await ask('/admin/runs/')).status).toBe(200)
  expect((await ask('/admin/runs/api/runs')).status).toBe(200)
  const moved = await ask('/admin/runs?run=run-1')
  expect([moved.status, moved.headers.get('location')]).toEqual([308, '/admin/runs/?run=run-1'])
  for (const path of ['/', '/api/runs', '/admin/runsapi/runs', '/admin/runs//evil.test'])
    expect([path, await refusalOf(await ask(path))]).toEqual([path, '404 inspector/not-found'])
})

test('a port that is taken rejects listen(), and closing a server frees it', async () => {
  const page = inspector()
  const server = await page.listen()
  await expect(page.listen({ port: server.port })).rejects.toMatchObject({ code: 'inspector/no-port' })
  await server.close()
  const again = await page.listen({ port: server.port })
  expect(again.port).toBe(server.port)
  await page.close()
  await expect(fetch(again.url)).rejects.toThrow('fetch failed')
})

test('a failure of the page itself is an answer without what it knows', async () => {
  const { ask } = openedPage({ clock: { ...manualClock(), now: failing } })
  expect(await refusalOf(await ask('/api/runs'))).toBe('500 inspector/page-failed')
})

const failing = (): number => {
  throw new Error('hunter2')
}
