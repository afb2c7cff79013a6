import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterAll, expect, test } from 'vitest'

import { eventOf, numbers } from '../test/scripted-exporter.ts'
import { BufferedExporter } from './index.ts'
import type { BufferReport, Exporter } from './index.ts'
import { closeOnSignal } from './node.ts'
import type { CloseOnSignalOptions } from './node.ts'

const script = fileURLToPath(new URL('../test/signalled-process.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'stageflow-signals-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Starts a process, sends it a signal once it is ready, and returns how it ended. */
async function signalled(way: string, signal: NodeJS.Signals) {
  const file = join(folder, `${way}-${signal}`)
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
    child.on('close', (code, by) => resolve([code, by])),
  )
  if (way === 'without stderr') child.stderr.destroy()
  child.kill(signal)
  const [code, by] = await ended
  const read = (): readonly string[] => readFileSync(file, 'utf8').trim().split('\n')
  return { code, signal: by, errors, said: said.replace('ready\n', ''), read }
}

test.concurrent('on SIGTERM a process writes what is left and ends with 143, even if another handler is there', async () => {
  const { read, ...ended } = await signalled('with a handler', 'SIGTERM')
  expect(ended).toEqual({ code: 143, signal: null, errors: '', said: 'handled\n' })
  expect(read()).toEqual(['1', '2', '3', '4', '5'])
}, 120_000)

test.concurrent('on SIGINT it ends with 130, and if standard error is gone the events are written too', async () => {
  const { code, read } = await signalled('without stderr', 'SIGINT')
  expect(code).toBe(130)
  expect(read()).toEqual(['1', '2', '3', '4', '5'])
}, 120_000)

test.concurrent('a signal that is not listened to, or no longer, kills the process as before', async () => {
  expect(await signalled('not listening', 'SIGTERM')).toMatchObject({ code: null, signal: 'SIGTERM' })
}, 120_000)

const stuck: Exporter = { export: () => new Promise(() => {}) }

/**
 * Sends this process a signal that nothing else here handles, and returns what a process would have shown. `use` calls
 * `closeOnSignal` with these options, which keep the process alive.
 */
async function signalledHere(
  use: (options: CloseOnSignalOptions) => (() => void) | readonly (() => void)[],
  more: readonly NodeJS.Signals[] = [],
) {
  const codes: number[] = []
  const errors: string[] = []
  const write = process.stderr.write.bind(process.stderr)
  const ended = Promise.withResolvers<void>()
  const exit = (code: number): void => {
    codes.push(code)
    ended.resolve()
  }
  const removers = [use({ signals: ['SIGUSR2', 'SIGQUIT'], exit })].flat()
  process.stderr.write = (text) => errors.push(String(text)) > 0
  try {
    for (const signal of ['SIGUSR2' as const, ...more]) process.emit(signal, signal)
    await ended.promise
  } finally {
    process.stderr.write = write
    for (const remove of removers) remove()
  }
  return { codes, errors: errors.join('') }
}

/** A buffered exporter with five events, and the numbers that it has written. */
function loaded() {
  const written: number[] = []
  const exporter = new BufferedExporter({
    export: (events) => Promise.resolve(void written.push(...events.map(({ seq }) => seq))),
  })
  for (const seq of numbers(1, 5)) exporter.emit(eventOf(seq))
  return { exporter, written }
}

test('a second signal ends the process at once, whichever it is', async () => {
  for (const [second, code] of [
    ['SIGUSR2', 140],
    ['SIGQUIT', 131],
  ] as const) {
    const closing = Promise.withResolvers<BufferReport>()
    const slow = { close: () => closing.promise }
    const { codes } = await signalledHere((options) => closeOnSignal(slow, { ...options, timeoutMs: 60_000 }), [second])
    expect(codes).toEqual([code])
    closing.resolve({ received: 0, delivered: 0, lost: 0, error: undefined })
  }
})

test('if it is used twice, the first to be ready waits for the other', async () => {
  const { exporter, written } = loaded()
  const seen: number[] = []
  const nothing = { received: 0, delivered: 0, lost: 0, error: undefined }
  const { codes } = await signalledHere((options) => {
    const exit = (code: number): void => {
      seen.push(written.length)
      options.exit?.(code)
    }
    return [
      closeOnSignal({ close: () => Promise.resolve(nothing) }, { ...options, exit }),
      closeOnSignal(exporter, { ...options, exit, beforeClose: () => new Promise((resolve) => setImmediate(resolve)) }),
    ]
  })
  expect(codes[0]).toBe(140)
  expect(seen[0]).toBe(5)
})

test('losses are written to standard error', async () => {
  const exporter = new BufferedExporter(stuck)
  for (const seq of numbers(1, 5)) exporter.emit(eventOf(seq))
  const { codes, errors } = await signalledHere((options) => closeOnSignal(exporter, { ...options, timeoutMs: 20 }))
  expect(codes).toEqual([140])
  expect(errors).toBe('@stageflow/exporter-buffered: 5 of 5 events were lost, 0 were delivered\n')
})

test('an exporter that never closes, or fails to, stops neither the others nor the end of the process', async () => {
  const { exporter, written } = loaded()
  const all = [
    { close: () => new Promise<never>(() => {}) },
    { close: () => Promise.reject(new Error('cannot close')) },
    { close: () => Promise.reject('never') },
    exporter,
  ]
  const { codes, errors } = await signalledHere((options) => closeOnSignal(all, { ...options, timeoutMs: 20 }))
  expect(codes).toEqual([140])
  expect(written).toEqual([1, 2, 3, 4, 5])
  expect(errors).toContain('closing failed: cannot close\n')
  expect(errors).toContain('closing failed: never\n')
  expect(errors).toContain('closing failed: it took longer than')
})

test('beforeClose can stop what emits, onClosed gets the reports, and exit ends the process', async () => {
  const { exporter, written } = loaded()
  const log: unknown[] = []
  await signalledHere((options) =>
    closeOnSignal([exporter], {
      ...options,
      beforeClose: async (signal) => {
        await Promise.resolve()
        exporter.emit(eventOf(6))
        log.push(['before', signal])
      },
      onClosed: ([report], signal) => void log.push(['closed', signal, report]),
      exit: (code) => {
        log.push(['exit', code])
        options.exit?.(code)
      },
    }),
  )
  expect(log).toEqual([
    ['before', 'SIGUSR2'],
    ['closed', 'SIGUSR2', { received: 6, delivered: 6, lost: 0, error: undefined }],
    ['exit', 140],
  ])
  expect(written).toEqual([1, 2, 3, 4, 5, 6])
})

test('a beforeClose that hangs or throws leaves half of the time for the rest', async () => {
  for (const [beforeClose, error] of [
    [() => new Promise(() => {}), 'it took longer than 20 ms'],
    [() => Promise.reject(new Error('cannot stop')), 'cannot stop'],
  ] as const) {
    const { exporter, written } = loaded()
    const { codes, errors } = await signalledHere((options) =>
      closeOnSignal(exporter, { ...options, timeoutMs: 40, beforeClose }),
    )
    expect(codes).toEqual([140])
    expect(written).toHaveLength(5)
    expect(errors).toBe(`@stageflow/exporter-buffered: closing failed: ${error}\n`)
  }
})

test('illegal arguments are refused, and no listener is left behind', () => {
  const buffer = new BufferedExporter({ export: () => Promise.resolve() })
  const before = process.listenerCount('SIGTERM')
  const options: unknown = { signals: ['SIGKILL'], timeoutMs: -1, exit: 0, code: 1, beforeClose: 1, onClosed: 1 }
  expect(() => closeOnSignal([buffer, {} as never], options as object)).toThrow(
    /each exporter must be an object with close\(\), .* not an object; signals must be an array of SIGTERM.*timeoutMs must be .*beforeClose must be .*onClosed must be .*exit must be .*"code"/,
  )
  expect(() => closeOnSignal(null as never)).toThrow('not null')
  expect(() => closeOnSignal(buffer, { signals: [] })).toThrow('signals must be an array')
  expect(process.listenerCount('SIGTERM')).toBe(before)
  const remove = closeOnSignal(buffer)
  expect(process.listenerCount('SIGTERM')).toBe(before + 1)
  remove()
  remove()
  expect(process.listenerCount('SIGTERM')).toBe(before)
})
