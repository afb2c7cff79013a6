import { appendFileSync, readFileSync } from 'node:fs'
import { Pipeline } from '@stageflow/core'
import { durableWorkflow } from '../src/index.ts'
import { serveEndpoint } from './endpoint.ts'
import { secret } from './secret.ts'

// `node long-worker.ts PORT LINES NAME`: serves a graph whose stage `b` never ends in the first process that calls it.
const [, , port, file = '', name = ''] = process.argv
const begin = (stage: string): object => {
  appendFileSync(file, `${stage} ${process.pid}\n`)
  return { pid: process.pid }
}
const graph = new Pipeline('long')
  .withStage('a', () => begin('a'))
  .withStage(
    'b',
    async () => {
      const isFirst = !readFileSync(file, 'utf8').includes('b ')
      const data = begin('b')
      if (isFirst) await new Promise(() => {})
      return data
    },
    { dependencies: ['a'] },
  )
  .build()
await serveEndpoint([durableWorkflow(graph, { name, secret })], Number(port))
process.stdin.on('end', () => process.exit()).resume()
process.stdout.write('ready\n')
