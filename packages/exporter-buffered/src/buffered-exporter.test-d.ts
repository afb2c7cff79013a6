import type { EventSink, StageflowEvent } from '@stageflow/core'
import { expectTypeOf, test } from 'vitest'

import { exporterContract } from './contract.ts'
import { BufferedExporter, fanOutExporter, filterExporter } from './index.ts'
import type { BufferReport, DeadLetter, Exporter, Overflow } from './index.ts'
import { closeOnSignal } from './node.ts'

declare const exporter: Exporter

test('a buffered exporter is an event sink, and can be closed on a signal', () => {
  const buffered = new BufferedExporter(exporter, {
    onOverflow: ({ reason }) => expectTypeOf(reason).toEqualTypeOf<'near-capacity' | 'full'>(),
    onDeadLetter: (letter) => expectTypeOf(letter).toEqualTypeOf<DeadLetter>(),
  })
  expectTypeOf(buffered).toExtend<EventSink>()
  expectTypeOf(buffered.tryEmit).returns.toEqualTypeOf<boolean>()
  expectTypeOf(buffered.close()).resolves.toEqualTypeOf<BufferReport>()
  expectTypeOf<Overflow['dropped']>().toEqualTypeOf<number>()
  closeOnSignal(buffered, { signals: ['SIGTERM'] })
  // @ts-expect-error -- no process can listen to SIGKILL
  closeOnSignal(buffered, { signals: ['SIGKILL'] })
  // @ts-expect-error -- an exporter alone has nothing to say about what it lost
  closeOnSignal(exporter)
})

test('an exporter takes batches that it must not change, and returns a promise', () => {
  expectTypeOf<Parameters<Exporter['export']>[0]>().toEqualTypeOf<readonly StageflowEvent[]>()
  // An object of the app's own needs no more than this.
  void new BufferedExporter({ export: async () => {} })
  // @ts-expect-error -- without a promise, the end of the export is unknown
  void new BufferedExporter({ export: () => 1 })
  // @ts-expect-error -- a sink takes single events
  void new BufferedExporter({ emit: () => {}, tryEmit: () => true } satisfies EventSink)
  // @ts-expect-error -- a misspelt option
  void new BufferedExporter(exporter, { batchsize: 10 })
})

test('what combines exporters is an exporter', () => {
  const fanOut = fanOutExporter({ file: exporter, database: exporter })
  expectTypeOf(fanOut).toExtend<Exporter>()
  expectTypeOf(fanOut.stats()).toHaveProperty('file')
  // @ts-expect-error -- exporters have names
  fanOutExporter([exporter, exporter])
  const failures = filterExporter(exporter, { include: ['*.failed', /^tool\./, ({ stage }) => stage === 'llm'] })
  expectTypeOf(failures).toExtend<Exporter>()
  filterExporter(exporter, { include: '*.failed', exclude: /^tool/ })
  // @ts-expect-error -- no pattern
  filterExporter(exporter, { include: 7 })
  for (const { name, run } of exporterContract(() => ({ exporter, written: () => [] }))) {
    expectTypeOf(name).toEqualTypeOf<string>()
    expectTypeOf(run).returns.toEqualTypeOf<Promise<void>>()
  }
})
