// Plays speech that comes over a bad line through a jitter buffer, and draws its level. Its pipeline is in call.ts.

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { writeWav } from '@stageflow/streaming/audio'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import { listen } from './listen.ts'
import { openScreen } from './screen.ts'
import { SAMPLE_RATE } from './speech.ts'

const STOPPED = { SIGINT: 130, SIGTERM: 143 } as const

const note = (text: string): void => void process.stderr.write(`${text}\n`)
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

process.exitCode = await main()

async function main(): Promise<number> {
  let commandLine: CommandLine
  try {
    commandLine = parseCommandLine(process.argv.slice(2))
  } catch (error) {
    note(`${messageOf(error)} (--help lists the options)`)
    return 2
  }
  const { help, events, wav, seed, seconds } = commandLine
  if (help) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  const screen = openScreen(process)
  // Whatever ends the process, its terminal has a cursor again.
  process.once('exit', () => screen.close())
  let code = 0
  try {
    const { audio, isWhole } = await listen({
      seed,
      seconds,
      screen,
      onBufferEvent: ({ type, data }) => {
        if (events) note(JSON.stringify({ type, data }))
      },
      stopper(stop) {
        for (const signal of ['SIGINT', 'SIGTERM'] as const)
          process.on(signal, () => {
            // Asked twice: at once, but through the exit that gives the terminal back.
            if (code !== 0) process.exit(code)
            code = STOPPED[signal]
            stop(`stopped by ${signal}`)
          })
      },
    })
    // npm changes to the package's folder and says here where the person was.
    if (wav !== undefined && isWhole)
      writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', wav), writeWav(audio, { sampleRate: SAMPLE_RATE }))
    else if (wav !== undefined) note(`${wav} was not written: it was stopped before its end.`)
    return code
  } catch (error) {
    note(`Failed: ${messageOf(error)}`)
    return 1
  } finally {
    screen.close()
  }
}
