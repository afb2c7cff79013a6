import type { Exporter } from '@stageflow/exporter-buffered'
import { expectTypeOf, test } from 'vitest'

import { ConsoleExporter } from './index.ts'

declare const stderr: NodeJS.WritableStream

test('it fits behind a buffered exporter', () => {
  expectTypeOf<ConsoleExporter>().toExtend<Exporter>()
})

test('every option is optional, and unknown ones do not compile', () => {
  void new ConsoleExporter()
  void new ConsoleExporter({ stream: stderr, color: true, data: true, width: 100, redaction: { keys: ['ssn'] } })
  // @ts-expect-error -- the stream goes into an object
  void new ConsoleExporter(stderr)
  // @ts-expect-error -- a misspelt option
  void new ConsoleExporter({ colour: true })
  void new ConsoleExporter({ redaction: false })
  // @ts-expect-error -- redaction is off only by false
  void new ConsoleExporter({ redaction: true })
})
