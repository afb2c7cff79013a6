import type { StageflowEvent } from '@stageflow/core'
import { sinkContract } from '@stageflow/testing/contract'
import { test } from 'vitest'

import { BufferedExporter } from './index.ts'

for (const { name, run } of sinkContract((clock) => {
  const written: StageflowEvent[] = []
  const write = (events: readonly StageflowEvent[]): void => void written.push(...events)
  const sink = new BufferedExporter({ export: (events) => Promise.resolve(write(events)) }, { clock })
  return { sink, arrived: () => written, dropped: () => sink.stats().dropped }
}))
  test(name, run)
