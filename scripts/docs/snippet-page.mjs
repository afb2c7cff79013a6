import { writeSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

// Runs the files of one page, one after the other, each until nothing is left to do, as the end of a process is. Writes what each
// printed to descriptor 3, one JSON line per file. Each file has its own instances of the page's modules; it shares those of packages.
// At the first fault it stops: snippet-runner.mjs names that file and those after it, which then run in processes of their own.

const RESULTS = 3
const files = process.argv.slice(2)
const folder = `${pathToFileURL(process.cwd()).href}/`
let current = -1
let stdout = ''
let isLoaded = true

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    return found.url.startsWith(folder) ? { ...found, url: `${found.url.split('?')[0]}?run=${current}` } : found
  },
})
const collect = (text, ...rest) => {
  stdout += typeof text === 'string' ? text : Buffer.from(text).toString()
  rest.findLast((each) => typeof each === 'function')?.()
  return true
}
process.stdout.write = collect
for (const fault of ['uncaughtException', 'unhandledRejection']) process.on(fault, () => process.exit(1))

process.on('beforeExit', () => {
  if (!isLoaded || process.exitCode !== undefined || process.stdout.write !== collect) process.exit(1)
  if (current >= 0) writeSync(RESULTS, `${JSON.stringify(stdout)}\n`)
  if (++current === files.length) process.exit(0)
  stdout = ''
  isLoaded = false
  setImmediate(() => void load(files[current]))
})

async function load(file) {
  await import(pathToFileURL(file).href)
  isLoaded = true
}
