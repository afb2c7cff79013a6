// A process that handles signals as its first argument says, and writes the numbers of its events to the file of its second.
import { appendFileSync } from 'node:fs'
import process from 'node:process'

import { BufferedExporter } from '../src/index.ts'
import { closeOnSignal } from '../src/node.ts'
import { eventOf } from './scripted-exporter.ts'

const [, , way, file = ''] = process.argv
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const buffer = new BufferedExporter({
  export: (events) => Promise.resolve(appendFileSync(file, events.map(({ seq }) => `${seq}\n`).join(''))),
})

const ways: Readonly<Record<string, () => unknown>> = {
  'with a handler'() {
    process.on('SIGTERM', () => say('handled'))
    closeOnSignal(buffer)
  },
  'without stderr': () =>
    closeOnSignal(buffer, {
      async beforeClose() {
        // Writing to a pipe without a reader fails later.
        process.stderr.write('cannot be said\n')
        await new Promise((resolve) => setTimeout(resolve, 50))
        throw new Error('cannot be said either')
      },
    }),
  'not listening'() {
    closeOnSignal(buffer)()
    closeOnSignal(buffer, { signals: ['SIGUSR2'] })
  },
}
ways[way ?? '']?.()
for (let seq = 1; seq <= 5; seq++) buffer.emit(eventOf(seq))
setInterval(() => {}, 1_000)
say('ready')
