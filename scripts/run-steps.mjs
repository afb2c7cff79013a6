import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const isTerminal = process.stdout.isTTY && process.env.NO_COLOR === undefined
const paint = (code, text) => (isTerminal ? `\u001B[${code}m${text}\u001B[0m` : text)

/** Runs every step, says of each how it went, and ends with what failed; answers with how many did. */
export async function runSteps(steps, { root, bin }) {
  const startedAt = performance.now()
  const width = Math.max(...steps.map(({ name }) => name.length))
  const results = []
  console.log()
  for (const step of steps) {
    if (isTerminal) process.stdout.write(`… ${step.name}\r`)
    const result = { ...step, ...(await run(step.command, root, bin)) }
    results.push(result)
    const tick = result.code === 0 ? paint(32, '✓') : paint(31, '✗')
    const says = result.code === 0 ? (step.says ?? result.stdout.trim().split('\n').at(-1)) : 'failed; see below'
    console.log(`${tick} ${step.name.padEnd(width)} ${seconds(result.ms)}  ${paint(2, shortened(says))}`)
  }
  const failures = results.filter(({ code }) => code !== 0)
  for (const { name, command, output, mend } of failures) {
    const advice = mend === undefined ? '' : `\n\nTo mend it: ${mend}`
    console.log(`\n${paint(31, `✗ ${name}`)} (${command.join(' ')})\n\n${output.trim()}${advice}`)
  }
  const passed = results.length - failures.length
  const names = failures.map(({ name }) => name).join(', ')
  const verdict = failures.length === 0 ? paint(32, 'all passed') : paint(31, `${failures.length} failed: ${names}`)
  console.log(`\n${results.length} steps in ${seconds(performance.now() - startedAt).trim()}, ${verdict}`)
  record(root, { passed, failed: failures.length })
  return failures.length
}

/** Where .ci/run reads what the last run found. */
function record(root, counts) {
  mkdirSync(join(root, 'node_modules/.cache/stageflow'), { recursive: true })
  writeFileSync(join(root, 'node_modules/.cache/stageflow/steps.json'), JSON.stringify(counts))
}

function run([command, ...args], root, bin) {
  const startedAt = performance.now()
  const environment = {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    TURBO_TELEMETRY_DISABLED: '1',
    npm_config_loglevel: 'error',
    ...(isTerminal ? { FORCE_COLOR: '1' } : undefined),
  }
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let output = ''
    child.stdout.on('data', (text) => {
      stdout += text
      output += text
    })
    child.stderr.on('data', (text) => (output += text))
    child.on('error', (error) => (output += error.message))
    child.on('close', (code, signal) =>
      resolve({ code: code ?? signal, stdout, output, ms: performance.now() - startedAt }),
    )
  })
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1).padStart(5)} s`
}

function shortened(text) {
  // A tool may colour its own last line, which would end ours.
  const plain = text.replaceAll(/\u001B\[\d*m/g, '').trim()
  return plain.length > 90 ? `${plain.slice(0, 89)}…` : plain
}
