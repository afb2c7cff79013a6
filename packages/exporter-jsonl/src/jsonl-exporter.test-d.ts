import type { Exporter } from '@stageflow/exporter-buffered'
import { expectTypeOf, test } from 'vitest'

import { JsonlExporter } from './index.ts'

test('it fits behind a buffered exporter, though it does not know it', () => {
  expectTypeOf<JsonlExporter>().toExtend<Exporter>()
})

test('it needs a file, and takes no option that it does not have', () => {
  void new JsonlExporter({ path: 'events.jsonl', maxFileBytes: 1_000_000, maxFiles: 3, fsync: true, redaction: false })
  void new JsonlExporter({ path: new URL('file:///var/log/events.jsonl') })
  // @ts-expect-error -- where to?
  void new JsonlExporter({})
  // @ts-expect-error -- the path goes into an object
  void new JsonlExporter('events.jsonl')
  // @ts-expect-error -- redaction is off by false alone
  void new JsonlExporter({ path: 'events.jsonl', redaction: true })
  // @ts-expect-error -- a misspelt option
  void new JsonlExporter({ path: 'events.jsonl', maxFileByte: 1 })
})
