// An agent that answers the tickets of a help desk: approvals, undo, and runs that survive a kill. Its graph is in help-desk.ts.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PipelineFailedError } from '@stageflow/core'
import { plainLine } from '@stageflow/core/kit'
import OpenAI from 'openai'
import { colored } from './colors.ts'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import { openPerson } from './person.ts'
import { printable } from './print-events.ts'
import { startScriptedModel } from './scripted-model.ts'
import { openSession } from './session.ts'
import { playStory } from './story.ts'

const TASK = 'Answer the oldest open ticket.'
const EXIT = { done: 0, failed: 1, usage: 2, denied: 3, waits: 4, interrupted: 130 } as const

const repository = fileURLToPath(new URL('../../..', import.meta.url))

process.exitCode = await main()

async function main(): Promise<number> {
  let given: CommandLine
  try {
    given = parseCommandLine(process.argv.slice(2), join(repository, '.stageflow/agent'))
  } catch (error) {
    console.error(`${(error as Error).message} (--help lists the options)`)
    return EXIT.usage
  }
  if (given.command === 'help') {
    console.log(USAGE)
    return EXIT.done
  }
  if (given.command === 'try') return playStory()
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model = 'gpt-5.5' } = process.env
  if (apiKey || baseURL) return work(given, new OpenAI({ apiKey: apiKey || 'none', baseURL, timeout: 60_000 }), model)
  const scripted = await startScriptedModel()
  try {
    return await work(given, new OpenAI({ apiKey: 'none', baseURL: scripted.url }), 'scripted')
  } finally {
    scripted.close()
  }
}

async function work(given: CommandLine, client: OpenAI, model: string): Promise<number> {
  const { data, approvesAll, maxTurns, maxTokens } = given
  const interrupted = new AbortController()
  const person = openPerson()
  const session = await openSession({
    data,
    repository,
    model: { client, model },
    limits: { maxTurns, maxTokens },
    ask: async (question, { drafts }) => approvesAll || person.ask(question, drafts, interrupted.signal),
  })
  // What has ended is in the file, and the next process goes on behind it.
  process.once('SIGINT', () => {
    interrupted.abort()
    void session.close()
  })
  try {
    return await (given.command === 'undo' ? undo(session, given.run ?? '') : carry(session, given, model))
  } catch (error) {
    if (interrupted.signal.aborted) return EXIT.interrupted
    const first = error instanceof PipelineFailedError ? error.result.errors[0] : undefined
    console.error(`Failed: ${plainLine((first ?? (error as Error)).message)} [${first?.code ?? 'agent'}]`)
    return EXIT.failed
  } finally {
    person.close()
    if (!interrupted.signal.aborted) await session.close()
  }
}

type Session = Awaited<ReturnType<typeof openSession>>

async function carry(session: Session, { run, task }: CommandLine, model: string): Promise<number> {
  const runId = run ?? crypto.randomUUID().slice(0, 8)
  const begun = await session.find(runId)
  const chosen = task ?? begun?.task ?? TASK
  console.log(`${colored('bold', printable(chosen))} ${colored('dim', `(run ${runId}, ${model})`)}`)
  process.once('SIGINT', () => console.log(`\nStopped. ${goOn(runId)}`))
  const result = await session.carry(runId, chosen)
  if (result.status === 'suspended') {
    console.log(`\nIt waits for your answer. ${goOn(runId)}`)
    return EXIT.waits
  }
  const answer = result.data.turns?.turn
  if (answer === undefined) throw new Error(`The run ended as ${result.status}.`)
  const { text, ended, turns, usage } = answer
  if (begun?.hasEnded === true) console.log(printable(text))
  const tokens = `${usage.inputTokens} tokens in, ${usage.outputTokens} out`
  console.log(colored('dim', `${ended} after ${turns} turns, ${tokens}. Take it back: ${command(`--undo ${runId}`)}`))
  if (ended === 'answer') return EXIT.done
  return ended === 'denied' ? EXIT.denied : EXIT.failed
}

async function undo(session: Session, runId: string): Promise<number> {
  const result = await session.undo(runId)
  if (result === undefined) throw new Error(`There is no run "${runId}".`)
  const { undone, failed } = result
  for (const { toolName } of undone) console.log(`  ${colored('cyan', '↶')} ${toolName}`)
  for (const { toolName, error } of failed)
    console.log(`  ${colored('red', '✗')} ${toolName} ${plainLine(error?.message ?? '')}`)
  console.log(`${undone.length} calls were undone, ${failed.length} were not.`)
  return failed.length === 0 ? EXIT.done : EXIT.failed
}

function goOn(runId: string): string {
  return `Go on: ${command(`--run ${runId}`)}`
}

function command(options: string): string {
  return `npm run example agent -- ${options}`
}
