import { Pipeline } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'

import { inFile, newPath, open } from '../../durable-engine/test/open-runs.ts'

const RUNS = ['a', 'b', 'c', 'd']
const STAGES = ['first', 'second', 'third']

/** The file may take 1 MiB. Takes what is left, and gives it back. */
const fill = (path: string): unknown => inFile(path, 'CREATE TABLE filling AS SELECT zeroblob(850000) AS bytes')
const empty = (path: string): unknown => inFile(path, 'DROP TABLE filling')

/** Runs of three stages that fill the disk as the call of one of them ends, once. */
function filling(path: string, moment: string) {
  let isFull = false
  const recorded = new Set<string>()
  const repeated: string[] = []
  const callOf = ({ stage, snapshot }: Pick<StageContext, 'stage' | 'snapshot'>) =>
    `${snapshot.inputText} ${stage.name}`
  const watching: Interceptor = {
    name: 'watching',
    wrap: (next) => async (context) => {
      context.onRecorded(() => recorded.add(callOf(context)))
      return next(context)
    },
  }
  const work = (context: StageContext) => {
    const { stage } = context
    const call = callOf(context)
    if (recorded.has(call)) repeated.push(call)
    if (stage.name === moment && !isFull) {
      isFull = true
      fill(path)
    }
    return { text: `${call} `.padEnd(40_000, 'x') }
  }
  const graph = new Pipeline('p')
    .withStage('first', work)
    .withStage('second', work, { dependencies: ['first'] })
    .withStage('third', work, { dependencies: ['second'] })
    .build({ interceptors: [watching] })
  return { graph, repeated }
}

test.each(STAGES)(
  'if the disk is full from the call of "%s" on, recover on the same handle ends all runs once there is room, and repeats no recorded call',
  async (moment) => {
    const path = newPath()
    const durable = open(path, { maxBytes: 1024 ** 2, leaseMs: 60_000 })
    const { graph, repeated } = filling(path, moment)
    const begin = (id: string) => durable.run(graph, { inputText: id }, { runId: id })
    const begun = RUNS.map((id) => begin(id).catch(({ code }: { readonly code: string }) => code))
    expect(await Promise.all(begun)).toContain('durable-local/full')
    empty(path)
    await durable.recover(graph)
    for (const id of RUNS) expect(await begin(id)).toMatchObject({ status: 'completed' })
    expect(repeated).toEqual([])
    expect(inFile(path, 'SELECT run, key FROM facts')).toHaveLength(RUNS.length * STAGES.length)
    expect(inFile(path, 'SELECT owner FROM runs WHERE owner IS NOT NULL')).toEqual([])
  },
)
