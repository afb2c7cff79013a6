// A process under load, until a signal ends it. Arguments: how it is loaded, and the file of its events. It says when it is
// loaded. The last thing it says is how many events were taken, and the report.
import { writeSync } from 'node:fs'
import process from 'node:process'

import { systemClock } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import { closeOnSignal } from '@stageflow/exporter-buffered/node'

import { JsonlExporter } from '../src/index.ts'
import { eventOf } from './event-of.ts'

const [, , load, file = ''] = process.argv
/** Events per second, which are easily written. An overload has `OVERLOAD` events at each turn of the event loop. */
const PER_SECOND = 20_000
const OVERLOAD = 2_000
const MANY = 10_000

// On a busy machine the process may wait, and then has much to catch up on.
const maxBufferSize = load === 'overload' ? 10_000 : 1_000_000
const exporter = new BufferedExporter(new JsonlExporter({ path: file }), { maxBufferSize })
let taken = 0
let emitted = 0
let isStopped = false
let isLoaded = false

closeOnSignal(exporter, {
  timeoutMs: 30_000,
  // In the other case producers go on until the end.
  beforeClose: () => (isStopped = load === 'stopped'),
  onClosed: ([report]) => void writeSync(1, JSON.stringify({ emitted, taken, report })),
})

const startedAt = systemClock.now()
function emitSome(): void {
  if (isStopped) return
  const due = load === 'overload' ? emitted + OVERLOAD : ((systemClock.now() - startedAt) / 1_000) * PER_SECOND
  while (emitted < due) if (exporter.tryEmit(eventOf(emitted++))) taken++
  tellWhenLoaded()
  setImmediate(emitSome)
}

/** Says once that many events were emitted and some are written; under an overload, that some were dropped. */
function tellWhenLoaded(): void {
  const { delivered, dropped } = exporter.stats()
  if (isLoaded || emitted <= MANY || delivered === 0 || (load === 'overload' && dropped === 0)) return
  isLoaded = true
  writeSync(1, 'loaded\n')
}
emitSome()
