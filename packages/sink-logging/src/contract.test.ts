import type { ManualClock } from '@stageflow/testing'
import { sinkContract, type ArrivedEvent } from '@stageflow/testing/contract'
import { pino } from 'pino'
import { test } from 'vitest'

import { LoggingEventSink } from './index.ts'

/** A line has every field that the contract reads. */
function loggingSink(clock: ManualClock) {
  const lines: ArrivedEvent[] = []
  const logger = pino(
    { level: 'trace', base: null, timestamp: false },
    { write: (line: string) => void lines.push(JSON.parse(line) as ArrivedEvent) },
  )
  return { sink: new LoggingEventSink({ logger, data: true, clock }), arrived: () => lines }
}

for (const { name, run } of sinkContract(loggingSink)) test(name, run)
