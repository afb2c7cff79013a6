import { test } from 'node:test'
import type { StageflowEvent } from '@stageflow/core'
import { sinkContract } from '@stageflow/testing/contract'
import { templateNameSink } from './index.ts'

// Each case makes a new sink, and fails if it breaks a rule that holds for
// every sink.
const contract = sinkContract((clock) => {
  const written: StageflowEvent[] = []
  let isHanging = false
  const write = async (text: string): Promise<void> => {
    if (isHanging) return new Promise(() => {})
    for (const line of text.trimEnd().split('\n'))
      written.push(JSON.parse(line))
  }
  return {
    sink: templateNameSink({ write, clock }),
    arrived: () => written,
    hang: () => (isHanging = true),
    data: 'facts', // the sink leaves the words of users out
  }
})
for (const { name, run } of contract) test(name, run)
