import { once } from 'node:events'
import type { StageflowEvent } from '@stageflow/core'
import { onInterrupt } from '../src/interrupts.ts'
import { recorder } from '../src/recorder.ts'

// A conversation without its answers: `recording.ts FILE`.
const record = recorder(process.argv[2] ?? '', { onProblem: (problem) => console.error(problem) })
const say = (type: string, seq: number): void =>
  record.sink.emit({ type, seq, timestamp: 0, pipelineRunId: 'run', data: {} } as StageflowEvent) as void

say('first.said', 0)
const endAnswer = onInterrupt(() => console.log('interrupted'))
console.log('answering')
await once(process.stdin, 'data')
endAnswer()
say('second.said', 1)
setInterval(() => {}, 1_000)
setImmediate(() => console.log('waiting'))
