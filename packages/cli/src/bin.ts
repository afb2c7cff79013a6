#!/usr/bin/env node
import process from 'node:process'

import { runCommand } from './command.ts'
import { hideExperiments } from './hide-experiments.ts'
import { ended } from './terminal.ts'

hideExperiments(process)
const { stdout: output, stderr: error, env } = process
const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
// A reader such as `head` may close its end early. Then the rest isn't needed.
for (const stream of [output, error])
  stream.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))

const code = await runCommand(process.argv.slice(2), { output, error, env, untilStopped })
// A file that `graph` imports may have opened a server, which would keep the process alive.
await Promise.all([ended(output), ended(error)])
process.exit(code)
