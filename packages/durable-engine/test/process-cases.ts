import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect } from 'vitest'

// Several processes of an app, wherever their runs are.

const PROGRAM = fileURLToPath(new URL('./one-process.ts', import.meta.url))

/** Where the runs of one case are. */
export interface ProcessPlace {
  /** What a process needs to find them, as text. */
  readonly address: string
  /** The module that exports `openApp`. */
  readonly opener: URL
  /** When the lease of the process that carries the run ends. */
  leaseEnd(): Promise<number>
  close(): Promise<void>
}

interface Case {
  readonly name: string
  run(): Promise<void>
}

/** A case makes a place of its own. */
export function processCases(newPlace: () => Promise<ProcessPlace>): readonly Case[] {
  return Object.entries(CASES).map(([name, act]) => ({
    name,
    run: async () => {
      const place = await newPlace()
      const app = new App(place)
      try {
        await act(app)
      } finally {
        await app.close()
        await place.close()
      }
    },
  }))
}

class App {
  readonly place: ProcessPlace
  readonly #folder = mkdtempSync(join(tmpdir(), 'durable-processes-'))
  readonly #running = new Set<ReturnType<typeof spawn>>()

  constructor(place: ProcessPlace) {
    this.place = place
  }

  get #linesFile(): string {
    return join(this.#folder, 'lines.txt')
  }
  /** What the stages have written. */
  lines(): readonly string[] {
    return existsSync(this.#linesFile) ? readFileSync(this.#linesFile, 'utf8').split('\n').filter(Boolean) : []
  }
  async untilLine(line: string): Promise<void> {
    while (!this.lines().includes(line)) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  /** Starts a process. `ended`: what it prints, or the code that it has ended with. */
  start(command: string, runId: string) {
    const { address, opener } = this.place
    const told = [opener.href, command, address, this.#linesFile, runId]
    const child = spawn(process.execPath, ['--conditions=@stageflow/source', '--no-warnings', PROGRAM, ...told], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#running.add(child)
    let printed = ''
    child.stdout.on('data', (bytes) => (printed += String(bytes)))
    const ended = once(child, 'close').then(([code]) => {
      this.#running.delete(child)
      return code === 0 ? (JSON.parse(printed) as any) : code
    })
    return { child, ended }
  }
  async close(): Promise<void> {
    for (const child of this.#running) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(this.#folder, { recursive: true })
  }
}

const CASES: Readonly<Record<string, (app: App) => Promise<void>>> = {
  'two processes that start one run at once run each stage once, and get the same result': async (app) => {
    const both = ['one', 'two'].map((command) => app.start(command, 'plain-1'))
    const [one, two] = await Promise.all(both.map(({ ended }) => ended))
    expect(one).toMatchObject({ status: 'completed', data: { first: { first: 'plain' } } })
    expect(two).toEqual(one)
    expect(app.lines()).toHaveLength(2)
  },
  'a process that is killed loses its run to another one, which runs only what had not ended': async (app) => {
    const { child, ended } = app.start('hang', 'plain-1')
    await app.untilLine('work hang')
    const waiting = app.start('other', 'plain-1')
    // A process that lives renews its lease: the first one has ended.
    const first = await app.place.leaseEnd()
    while ((await app.place.leaseEnd()) < first + 1_500) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(app.lines()).toEqual(['first', 'work hang'])
    child.kill('SIGKILL')
    await ended
    expect(await waiting.ended).toMatchObject({ status: 'completed', data: { work: { by: 'other' } } })
    expect(app.lines()).toEqual(['first', 'work hang', 'work other'])
  },
  'a process recovers the runs of one that was killed': async (app) => {
    const { child, ended } = app.start('hang', 'plain-1')
    await app.untilLine('work hang')
    child.kill('SIGKILL')
    await ended
    expect(await app.start('recover', '').ended).toEqual([{ runId: 'plain-1', status: 'completed' }])
    expect(app.lines()).toEqual(['first', 'work hang', 'work recover'])
  },
  'a process cancels the run of another one': async (app) => {
    const { ended } = app.start('hang', 'plain-1')
    await app.untilLine('work hang')
    expect(await app.start('cancel', 'plain-1').ended).toBe(true)
    expect(await ended).toMatchObject({ status: 'cancelled', data: { first: { first: 'plain' } } })
    expect(await app.start('again', 'plain-1').ended).toMatchObject({ status: 'cancelled' })
  },
  'of two processes that answer one question at once, one gets through': async (app) => {
    expect(await app.start('one', 'ask-1').ended).toMatchObject({ status: 'suspended' })
    const both = ['answer one', 'answer two'].map((command) => app.start(command, 'ask-1'))
    const results = await Promise.all(both.map(({ ended }) => ended))
    expect(new Set(results.map(({ code }) => code))).toEqual(new Set(['durable-engine/not-waiting', undefined]))
    const answered = results.find(({ status }) => status === 'completed')
    expect(answered.data.ask.answer).toMatch(/^answer (one|two)$/)
    expect(await app.start('again', 'ask-1').ended).toEqual(answered)
  },
  'a run that ends its process again and again fails by name, without running its code': async (app) => {
    // maxRecoveries is 1: the first leg, which has a fact, and two without one.
    for (let leg = 1; leg <= 3; leg++) expect(await app.start(`leg ${leg}`, 'crash-1').ended).toBe(7)
    const failed = await app.start('leg 4', 'crash-1').ended
    expect(failed).toMatchObject({
      code: 'core/pipeline-failed',
      message: expect.stringContaining('durable-engine/crash-loop') as string,
    })
    expect(app.lines()).toEqual(['first', 'work leg 1', 'work leg 2', 'work leg 3'])
  },
}
