import process from 'node:process'

import { ConsoleExporter } from '../src/index.ts'
import { anEvent } from './events.ts'

// A test runs this with a pipe whose reader goes away as standard output. It reports on standard error.
const exporter = new ConsoleExporter()
let written = 0
try {
  for (;;) {
    await exporter.export([anEvent({ type: 'cache.hit', seq: written })])
    written++
  }
} catch (error) {
  const { code, retryable, cause } = error as { code: string; retryable: boolean; cause: { code: string } }
  const again = await exporter.export([anEvent({})]).catch((thrown: unknown) => (thrown as { code: string }).code)
  await exporter.close()
  process.stderr.write(JSON.stringify({ code, retryable, cause: cause.code, again, some: written > 0 }))
}
