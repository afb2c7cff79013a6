// A voice assistant, offline: it answers while it still thinks, and stops when you talk over it. Its pipeline is in turn.ts.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type CommandLine, parseCommandLine, USAGE, WHAT } from './command-line.ts'
import { adviceFor, installPackages, installPrograms, isDebian, isRoot, missingPrograms } from './install.ts'

// Imports nothing that has to be installed: --help and wrong options need no packages.

const REPOSITORY = join(import.meta.dirname, '../../..')
const LARGEST_SEED = 1_000_000

const note = (text: string): void => void process.stderr.write(`${text}\n`)

process.exitCode = await main()

async function main(): Promise<number> {
  let commandLine: CommandLine
  try {
    commandLine = parseCommandLine(process.argv.slice(2))
  } catch (error) {
    note(`${(error as Error).message} (--help lists the options)`)
    return 2
  }
  if (commandLine.help) {
    console.log(USAGE)
    return 0
  }
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort('stopped by Ctrl-C'))
  try {
    await install(commandLine.install, stop.signal)
    return await talk(commandLine, stop.signal)
  } catch (error) {
    if (stop.signal.aborted) {
      note('Stopped.')
      return 130
    }
    note(`Failed: ${(error as Error).message}`)
    return 1
  }
}

/** Throws an Error that says what to install. */
async function install(withPrograms: boolean, signal: AbortSignal): Promise<void> {
  const missing = missingPrograms()
  if (missing.length > 0) {
    if (!withPrograms || !isDebian() || !isRoot()) throw new Error(adviceFor(missing))
    await installPrograms(note, signal)
  }
  await installPackages(note, signal)
}

async function talk({ seed, speed, agent, wav }: CommandLine, signal: AbortSignal): Promise<number> {
  const [{ converse }, { writeWav }] = await Promise.all([
    import('./conversation.ts'),
    import('@stageflow/streaming/audio'),
  ])
  console.log(`${WHAT}\n`)
  const { turns, recording } = await converse({
    seed: seed ?? Math.floor(Math.random() * LARGEST_SEED),
    speed,
    agent,
    show: console.log,
    width: Math.max(30, process.stdout.columns || 80),
    color: process.stdout.isTTY && process.stdout.hasColors(),
    signal,
  })
  // npm changes to the folder of the repository. This is the folder where the command was typed.
  const startedIn = process.env['INIT_CWD'] ?? process.cwd()
  const file = wav === undefined ? join(REPOSITORY, '.stageflow/voice.wav') : resolve(startedIn, wav)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, writeWav(recording))
  console.log(`\nWhat was said and played is in ${file}`)
  const wrong = turns.filter(({ said, question }) => said !== question)
  if (wrong.length === 0) return 0
  note(`Failed: ${wrong.length} of ${turns.length} questions were not recognized word for word.`)
  return 1
}
