import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterAll, expect, test } from 'vitest'

import { BufferedExporter } from './index.ts'
import { closeOnSignal } from './node.ts'

const script = fileURLToPath(new URL('../test/signalled-process.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'stageflow-signals-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Starts a process, sends it signals once it is ready, and answers with how it has ended. */
async function signalled(way: string, ...signals: readonly NodeJS.Signals[]) {
  const file = join(folder, `${way}-${signals.join()}`)
  const child = spawn(process.execPath, [script, way, file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  await new Promise<void>((resolve, reject) => {
    child.on('close', () => reject(new Error(`It ended before it was ready: ${errors}`)))
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
      if (said.includes('ready')) resolve()
    })
  })
  const ended = new Promise<readonly [number | null, string | null]>((resolve) =>
    child.on('close', (code, signal) => resolve([code, signal])),
  )
  if (way === 'deaf') child.stderr.destroy()
  const [first, second] = signals
  child.kill(first)
  if (second !== undefined) {
    // Two at once may arrive as one.
    while (!said.includes('ending')) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill(second)
  }
  const [code, signal] = await ended
  const read = (): readonly string[] => readFileSync(file, 'utf8').trim().split('\n')
  return { code, signal, errors, said: said.replace('ready\n', ''), read }
}

test.concurrent('at SIGTERM it writes what is left and ends with 143, at SIGINT with 130', async () => {
  const terminated = await signalled('plain', 'SIGTERM')
  expect(terminated).toMatchObject({ code: 143, signal: null, errors: '' })
  expect(terminated.read()).toEqual(['1', '2', '3', '4', '5'])
  const interrupted = await signalled('plain', 'SIGINT')
  expect(interrupted).toMatchObject({ code: 130, signal: null, errors: '' })
  expect(interrupted.read()).toEqual(['1', '2', '3', '4', '5'])
}, 60_000)

test.concurrent('a second signal ends it at once, whichever it is', async () => {
  expect(await signalled('stuck', 'SIGTERM', 'SIGTERM')).toMatchObject({ code: 143 })
  expect(await signalled('stuck', 'SIGTERM', 'SIGINT')).toMatchObject({ code: 130 })
}, 60_000)

test.concurrent('where it is used twice, who is ready first waits for the other', async () => {
  const { code, errors, read } = await signalled('twice', 'SIGTERM')
  expect({ code, errors }).toEqual({ code: 143, errors: '' })
  expect(read()).toHaveLength(5)
}, 60_000)

test.concurrent('a process with a handler of its own ends as well', async () => {
  const { code, said, read } = await signalled('own', 'SIGTERM')
  expect({ code, said }).toEqual({ code: 143, said: 'handled\n' })
  expect(read()).toHaveLength(5)
}, 60_000)

test.concurrent('where standard error is gone the events are written all the same', async () => {
  const { code, read } = await signalled('deaf', 'SIGTERM')
  expect(code).toBe(143)
  expect(read()).toHaveLength(5)
}, 60_000)

test.concurrent('what could not be written in time is told on standard error', async () => {
  const { code, errors } = await signalled('late', 'SIGTERM')
  expect(code).toBe(143)
  expect(errors).toBe('@stageflow/exporter-buffered: 5 of 5 events were lost, 0 are written\n')
}, 60_000)

test.concurrent('taken away, or not listened to, a signal does what it always did', async () => {
  expect(await signalled('removed', 'SIGTERM')).toMatchObject({ code: null, signal: 'SIGTERM' })
  expect(await signalled('only', 'SIGTERM')).toMatchObject({ code: null, signal: 'SIGTERM' })
  expect(await signalled('only', 'SIGUSR2')).toMatchObject({ code: 140, signal: null })
}, 60_000)

test.concurrent('one that never closes, or fails to, keeps neither the others nor the process', async () => {
  const { code, errors, read } = await signalled('several', 'SIGTERM')
  expect(code).toBe(143)
  expect(read()).toHaveLength(5)
  expect(errors).toContain('closing failed: cannot close')
  expect(errors).toContain('closing failed: it took longer than')
}, 60_000)

test.concurrent('the app can stop what emits first, is told how it went, and may end the process itself', async () => {
  const { code, said, read } = await signalled('told', 'SIGTERM')
  const report = '{"received":6,"written":6,"deadLettered":0,"lost":0}'
  expect(said).toBe(`before SIGTERM\nclosed SIGTERM ${report}\nexit 143\n`)
  expect(code).toBe(7)
  expect(read()).toHaveLength(6)
}, 60_000)

test.concurrent('a beforeClose that hangs leaves half of the time for the rest', async () => {
  const { code, read, errors } = await signalled('hanging', 'SIGTERM')
  expect(code).toBe(143)
  expect(read()).toHaveLength(5)
  expect(errors).toContain('closing failed: it took longer than 100 ms')
}, 60_000)

test('what cannot be meant is refused, and no listener is left behind', () => {
  const buffer = new BufferedExporter({ export: () => Promise.resolve() })
  const before = process.listenerCount('SIGTERM')
  const options: unknown = { signals: ['SIGKILL'], timeoutMs: -1, exit: 0, code: 1, beforeClose: 1, onClosed: 1 }
  expect(() => closeOnSignal([buffer, {} as never], options as object)).toThrow(
    /an exporter is an object; pass buffered exporters; signals is an array; pass a list of SIGTERM.*timeoutMs is -1.*exit is 0.*"code".*beforeClose is 1.*onClosed is 1/,
  )
  expect(() => closeOnSignal(null as never)).toThrow('an exporter is null')
  expect(() => closeOnSignal(buffer, { signals: [] })).toThrow('signals is an array')
  expect(process.listenerCount('SIGTERM')).toBe(before)
  const remove = closeOnSignal(buffer)
  expect(process.listenerCount('SIGTERM')).toBe(before + 1)
  remove()
  remove()
  expect(process.listenerCount('SIGTERM')).toBe(before)
})

test('what it does in a process can be seen in this one', async () => {
  const exits: number[] = []
  const buffer = new BufferedExporter({ export: () => Promise.reject(new Error('down')) })
  buffer.tryEmit({ type: 'app.said' } as never)
  const errors: string[] = []
  const write = process.stderr.write.bind(process.stderr)
  process.stderr.write = (text) => errors.push(String(text)) > 0
  const remove = closeOnSignal(
    [buffer, { close: () => Promise.reject(new Error('cannot')) }, { close: () => Promise.reject('never') }],
    {
      signals: ['SIGUSR2'],
      timeoutMs: 50,
      beforeClose: () => 0,
      exit: (code) => void exits.push(code),
    },
  )
  try {
    process.emit('SIGUSR2', 'SIGUSR2')
    process.emit('SIGUSR2', 'SIGUSR2')
    expect(exits).toEqual([140])
    while (exits.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  } finally {
    process.stderr.write = write
    remove()
  }
  expect(exits).toEqual([140, 140])
  expect(errors.join('')).toContain('closing failed: cannot\n')
  expect(errors.join('')).toContain('closing failed: never\n')
  expect(errors.join('')).toContain('1 of 1 events were lost, 0 are written')
})
