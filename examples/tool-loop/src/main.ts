import { styleText } from 'node:util'
import { isStageEvent, type StageflowEvent } from '@stageflow/core'
import { plainLine } from '@stageflow/core/kit'
import { timeline } from '@stageflow/report'
import OpenAI from 'openai'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import { toolLoop } from './loop.ts'
import { startScriptedModel } from './scripted-model.ts'

const TRAINS = [
  { train: 'R 7', to: 'Oslo', departs: '09:40', euros: 42, free: 9 },
  { train: 'R 9', to: 'Oslo', departs: '12:10', euros: 38, free: 2 },
  { train: 'B 1', to: 'Bergen', departs: '10:05', euros: 55, free: 40 },
]
const RUN_TIMEOUT_MS = 120_000

process.exitCode = await main()

async function main(): Promise<number> {
  let commandLine: CommandLine
  try {
    commandLine = parseCommandLine(process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message} (--help lists the options)`)
    return 2
  }
  if (commandLine.help) {
    console.log(USAGE)
    return 0
  }
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model = 'gpt-4o-mini' } = process.env
  if (apiKey || baseURL)
    return ask(commandLine, new OpenAI({ apiKey: apiKey || 'none', baseURL, timeout: 60_000 }), model)
  const scripted = await startScriptedModel()
  try {
    return await ask(commandLine, new OpenAI({ apiKey: 'none', baseURL: scripted.url }), 'scripted')
  } finally {
    scripted.close()
  }
}

async function ask({ question, ...limits }: CommandLine, client: OpenAI, model: string): Promise<number> {
  const graph = toolLoop.build({ ports: { trains: TRAINS, client, model, limits } })
  const run = graph.start({ inputText: question }, { timeoutMs: RUN_TIMEOUT_MS })
  let interrupted = false
  process.once('SIGINT', () => {
    interrupted = true
    run.cancel('stopped by Ctrl-C')
  })
  for await (const event of run) {
    if (isStageEvent(event, 'started') && event.stage === 'agent') console.log(`${question} (${model})`)
    show(event)
  }
  const result = await run.settled
  if (result.status === 'cancelled' && !interrupted) {
    console.error(result.reason)
    return 3
  }
  const { usage = {} } = result.report
  const about = 'estimated' in usage ? 'about ' : ''
  console.log(`\n${timeline(result.report, { width: Math.max(30, process.stdout.columns || 80), redaction: {} })}`)
  console.log(`${result.status}: ${about}${usage.inputTokens ?? 0} tokens in, ${usage.outputTokens ?? 0} out`)
  if (interrupted) return 130
  if (result.status !== 'failed') return 0
  const [error] = result.errors
  console.error(`Failed: ${plainLine(error?.message ?? '')} [${error?.code}]`)
  return 1
}

/** The words of the model as they arrive, and a line for each call. */
function show(event: StageflowEvent): void {
  if (isStageEvent(event, 'chunk')) process.stdout.write(String(event.data.chunk))
  else if (isStageEvent(event, 'completed') && event.stage === 'agent') console.log()
  else if (event.type === 'tool.invoked') line('→', event.data.toolName, event.data.payloadSummary)
  else if (event.type === 'tool.completed') line('←', event.data.toolName, event.data.outputSummary)
  else if (event.type === 'tool.failed') line('✗', event.data.toolName, event.data.errorMessage)
  else if (event.type === 'tool.denied') line('⊘', event.data.toolName, event.data.message)
  else if (event.type === 'tool.unresolved') line('?', event.data.toolName ?? '', event.data.message)
}

function line(sign: string, name: string, what: unknown): void {
  const text = plainLine(typeof what === 'string' ? what : JSON.stringify(what))
  console.log(styleText('dim', `  ${sign} ${name} ${text}`))
}
