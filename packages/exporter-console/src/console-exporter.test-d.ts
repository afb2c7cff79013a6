import type { Exporter } from '@stageflow/exporter-buffered'
import { expectTypeOf, test } from 'vitest'

import { ConsoleExporter } from './index.ts'

declare const stderr: NodeJS.WritableStream

test('it fits behind a buffered exporter, though it does not know it', () => {
  expectTypeOf<ConsoleExporter>().toExtend<Exporter>()
})

test('every option may be left out, and none is made up', () => {
  void new ConsoleExporter()
  void new ConsoleExporter({ stream: stderr, color: true, verbose: true, columns: 100, redaction: { keys: ['ssn'] } })
  // @ts-expect-error -- the stream goes into an object
  void new ConsoleExporter(stderr)
  // @ts-expect-error -- a misspelt option
  void new ConsoleExporter({ colour: true })
  // @ts-expect-error -- secrets are always out
  void new ConsoleExporter({ redaction: false })
})
