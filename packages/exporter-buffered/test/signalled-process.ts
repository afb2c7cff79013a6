// A process that is told by its first argument how to end when a signal comes; it writes the numbers of its events to
// the file of its second.
import { appendFileSync } from 'node:fs'
import process from 'node:process'

import { BufferedExporter } from '../src/index.ts'
import type { Exporter } from '../src/index.ts'
import { closeOnSignal } from '../src/node.ts'
import { eventOf } from './scripted-exporter.ts'

const [, , way, file = ''] = process.argv
const write: Exporter = {
  export: (events) => Promise.resolve(appendFileSync(file, events.map(({ seq }) => `${seq}\n`).join(''))),
}
const stuck: Exporter = { export: () => new Promise(() => {}) }
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const buffer = new BufferedExporter(way === 'stuck' || way === 'late' ? stuck : write)
const never = { close: () => new Promise<never>(() => {}) }
const failing = { close: () => Promise.reject(new Error('cannot close')) }

const ways: Readonly<Record<string, () => unknown>> = {
  plain: () => closeOnSignal(buffer),
  // A second signal is to arrive as one of its own.
  stuck: () => closeOnSignal(buffer, { timeoutMs: 60_000, beforeClose: () => say('ending') }),
  late: () => closeOnSignal(buffer, { timeoutMs: 100 }),
  removed: () => closeOnSignal(buffer)(),
  twice() {
    closeOnSignal({
      close: () => Promise.resolve({ received: 0, written: 0, deadLettered: 0, lost: 0, error: undefined }),
    })
    closeOnSignal(buffer, { beforeClose: () => new Promise((resolve) => setTimeout(resolve, 100)) })
  },
  deaf: () =>
    closeOnSignal(buffer, {
      async beforeClose() {
        // Of what is said to a pipe that nobody reads, the error comes later.
        process.stderr.write('cannot be said\n')
        await new Promise((resolve) => setTimeout(resolve, 50))
        throw new Error('cannot be said either')
      },
    }),
  own() {
    process.on('SIGTERM', () => say('handled'))
    closeOnSignal(buffer)
  },
  only: () => closeOnSignal(buffer, { signals: ['SIGUSR2'] }),
  several: () => closeOnSignal([never, failing, buffer], { timeoutMs: 100 }),
  told: () =>
    closeOnSignal([buffer], {
      beforeClose: async (signal) => {
        await Promise.resolve()
        buffer.emit(eventOf(6))
        say(`before ${signal}`)
      },
      onClosed: ([report], signal) => say(`closed ${signal} ${JSON.stringify(report)}`),
      exit: (code) => {
        say(`exit ${code}`)
        process.exit(7)
      },
    }),
  hanging: () => closeOnSignal(buffer, { timeoutMs: 200, beforeClose: () => new Promise(() => {}) }),
}
ways[way ?? '']?.()
for (let seq = 1; seq <= 5; seq++) buffer.emit(eventOf(seq))
setInterval(() => {}, 1_000)
say('ready')
