import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { chooseParts, runParts } from './parts.mjs'

const step = (what, command, more = {}) => ({ what, command, counts: [], ...more })
const part = (...steps) => ({ proves: 'something', minutes: 5, steps })

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-parts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs parts in an empty folder: the counts, and what was said, with every time as 0. */
async function run(parts, options = {}) {
  const plain = { root: newFolder(), signal: new AbortController().signal, startLimit: () => () => {} }
  let said = ''
  const counts = await runParts(parts, { ...plain, ...options, say: (text) => (said += text) })
  return { ...counts, said: said.replaceAll(/[\d.]+ (s\)|of \d+ minutes)/g, '0 $1') }
}

test('steps run one after the other, and one that fails stops nothing', async () => {
  const { passed, failed, said } = await run({
    one: part(step('writes', 'echo first >file; echo hidden; echo done'), step('breaks', 'echo why; cat file; exit 3')),
    two: part(step('reads', 'cat file')),
  })
  expect([passed, failed]).toEqual([2, 1])
  expect(said).toBe(`
one: something (at most 5 minutes)
… writes
✓ writes (0 s) done
… breaks
✗ breaks (0 s): it ended with 3
    why
    first

two: something (at most 5 minutes)
… reads
✓ reads (0 s) first

✗ one: 1 passed, 1 failed, 0 of 5 minutes
✓ two: 1 passed, 0 failed, 0 of 5 minutes

2 passed, 1 failed
`)
})

test.each([
  ['a command of several fails in the middle', 'false; true'],
  ['a variable is missing', 'echo "$NO_SUCH_VARIABLE"'],
  ['the first of a pipe fails', 'false | cat'],
  ['standard input is asked for', 'read -r line'],
  ['the command is killed', 'kill -KILL $$'],
])('a step fails if %s', async (_when, command) => {
  expect(await run({ one: part(step('breaks', command)) })).toMatchObject({ passed: 0, failed: 1 })
})

test('a step that leaves a process behind ends with its command', async () => {
  const root = newFolder()
  expect(await run({ one: part(step('leaves', 'sleep 600 & echo $! >pid')) }, { root })).toMatchObject({ failed: 0 })
  process.kill(Number(readFileSync(join(root, 'pid'), 'utf8')), 'SIGKILL')
})

test('what several steps need runs once, before the first of them', async () => {
  const needs = step('packs', 'echo packed >>log')
  const use = (name) => step(name, `echo ${name} >>log`, { needs })
  const root = newFolder()
  expect(await run({ one: part(use('a'), use('b')), two: part(use('c')) }, { root })).toMatchObject({ passed: 4 })
  expect(readFileSync(join(root, 'log'), 'utf8')).toBe('packed\na\nb\nc\n')
})

test('a step is not run if what it needs has failed, and counts as failed', async () => {
  const needs = step('packs', 'exit 1')
  const { passed, failed, said } = await run({
    one: part(step('uses', 'touch used', { needs }), step('stands alone', 'true')),
  })
  expect([passed, failed]).toEqual([1, 2])
  expect(said).toContain('✗ uses (0 s): not run, because this failed: packs')
})

test('a step that this machine cannot run is left out, with what needs it, and nothing of it counts as passed', async () => {
  const needs = step('finds a microphone', 'echo looking; echo there is no microphone; exit 77', { canBeLeftOut: true })
  const { passed, failed, said } = await run({
    voice: part(needs, step('records', 'touch recorded', { needs })),
    other: part(step('stands alone', 'true')),
  })
  expect([passed, failed]).toEqual([1, 0])
  expect(said).toContain('– finds a microphone (0 s): left out, because there is no microphone\n')
  expect(said).toContain('– records (0 s): left out, because this was left out: finds a microphone\n')
  expect(said).toContain('\n– voice: 2 left out, 0 passed, 0 failed, 0 of 5 minutes\n✓ other: 1 passed, 0 failed,')
})

test('a part with a failure is a failed one, whatever was left out', async () => {
  const steps = [step('is left out', 'exit 77', { canBeLeftOut: true }), step('breaks', 'exit 1')]
  const { failed, said } = await run({ one: part(...steps) })
  expect(failed).toBe(1)
  expect(said).toContain('✗ one: 1 left out, 0 passed, 1 failed,')
})

test('a step that must run fails with the exit code of one that is left out', async () => {
  expect(await run({ one: part(step('must run', 'exit 77')) })).toMatchObject({ passed: 0, failed: 1 })
})

test('tests and checks that a command counts are added to its own count, those of an earlier run are not', async () => {
  const root = newFolder()
  const cache = join(root, 'node_modules/.cache/stageflow')
  mkdirSync(cache, { recursive: true })
  for (const name of ['steps', 'tests', 'old']) writeFileSync(join(cache, `${name}.json`), '{ "passed": 100 }')
  const write = (name, counts) => `echo '${JSON.stringify(counts)}' >node_modules/.cache/stageflow/${name}.json`
  const command = [
    write('steps', { passed: 7, failed: 1 }),
    write('tests', { numPassedTests: 20, numFailedTests: 2 }),
    'exit 1',
  ].join('; ')
  const counts = ['steps', 'tests', 'old', 'never-written']
  expect(await run({ one: part(step('counts', command, { counts })) }, { root })).toMatchObject({
    passed: 27,
    failed: 4,
  })
})

test('what a step prints is kept until it fails, unless it is shown as it runs', async () => {
  const steps = [step('is kept', 'test -f /dev/fd/1'), step('is shown', 'test ! -f /dev/fd/1', { isShown: true })]
  expect(await run({ one: part(...steps) })).toMatchObject({ failed: 0 })
})

test('steps share one folder for what they make, which is gone afterwards', async () => {
  const root = newFolder()
  const steps = [step('makes', 'mkdir "$TARBALLS"; echo "$WORK" >work'), step('finds', 'rmdir "$WORK/tarballs"')]
  expect(await run({ one: part(...steps) }, { root })).toMatchObject({ failed: 0 })
  expect(existsSync(readFileSync(join(root, 'work'), 'utf8').trim())).toBe(false)
})

test('a step has the environment of the proof, without what npm adds for the scripts of this workspace', async () => {
  const command = 'echo "$CI ${npm_config_package_lock-not} ${npm_package_name-not} ${npm_config_loglevel-not} $OWN"'
  const saidWith = async (env) =>
    (await run({ one: part(step('tells', command)) }, { env: { ...process.env, ...env } })).said
  const own = {
    OWN: 'own',
    npm_config_package_lock: 'false',
    npm_package_name: 'workspace',
    npm_lifecycle_event: 'nightly',
  }
  expect(await saidWith(own)).toContain('✓ tells (0 s) true not not error own\n')
  // Of a user, as `.ci/run` is started.
  expect(await saidWith({ ...own, npm_lifecycle_event: undefined })).toContain(
    '✓ tells (0 s) true false workspace error own\n',
  )
})

// Starts one process in each way in which a command can lose it from sight, and tells when all are there.
const STARTS_PROCESSES = `
sleep 600 & echo $! >>pids
setsid sleep 600 & echo $! >>pids
( env -i setsid sleep 600 & echo $! >>pids; touch inner; sleep 600 ) & echo $! >>pids
bash -c 'setsid sleep 600 & echo $! >>pids'
until [ -f inner ]; do sleep 0.01; done
touch started
sleep 600
`

/** Passes the limit of the first part once a file is there. */
const limitAt = (file, isFirst = true) =>
  function startLimit(_minutes, act) {
    if (!isFirst) return () => {}
    isFirst = false
    const check = () => existsSync(file) && act()
    const watcher = watch(join(file, '..'), check)
    check()
    return () => watcher.close()
  }

const isRunning = (pid) => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('a part that passes its limit is ended with all of its processes; its rest counts as failed, and the next part runs', async () => {
  const root = newFolder()
  const needs = step('packs', 'touch packed')
  const { passed, failed, said } = await run(
    {
      one: part(
        step('before', 'true'),
        step('hangs', `echo begun; ${STARTS_PROCESSES}`),
        step('after', 'true', { needs }),
      ),
      two: part(step('next', 'test -f packed', { needs })),
    },
    { root, startLimit: limitAt(join(root, 'started')) },
  )
  const pids = readFileSync(join(root, 'pids'), 'utf8').trim().split('\n')
  expect(pids).toHaveLength(5)
  expect(pids.filter(isRunning)).toEqual([])
  expect([passed, failed]).toEqual([3, 2])
  expect(said).toContain('✗ hangs (0 s): ended, because one passed its limit of 5 minutes\n    begun\n')
  expect(said).toContain('✗ after (0 s): not run, because one passed its limit of 5 minutes\n')
  expect(said).toContain('✓ next')
})

test('an interrupted proof ends its processes, and runs nothing more', async () => {
  const root = newFolder()
  const stop = new AbortController()
  const parts = { one: part(step('hangs', STARTS_PROCESSES)), two: part(step('next', 'touch next')) }
  const startLimit = limitAt(join(root, 'started'))
  const running = run(parts, {
    root,
    signal: stop.signal,
    startLimit: (minutes) => startLimit(minutes, () => stop.abort('the proof got SIGINT')),
  })
  const { passed, failed, said } = await running
  expect(readFileSync(join(root, 'pids'), 'utf8').trim().split('\n').filter(isRunning)).toEqual([])
  expect([passed, failed]).toEqual([0, 2])
  expect(said).toContain('ended, because the proof got SIGINT')
  expect(existsSync(join(root, 'next'))).toBe(false)
})

test('the limit of a part is in minutes, and ends with the part', async () => {
  const log = []
  const startLimit = (minutes) => {
    log.push(`${minutes} minutes`)
    return () => log.push('cancelled')
  }
  await run({ one: { ...part(step('runs', 'true')), minutes: 7 }, two: part() }, { startLimit })
  expect(log).toEqual(['7 minutes', 'cancelled', '5 minutes', 'cancelled'])
})

test('parts are chosen by name, in the order of their names; without names, all', () => {
  const parts = { storms: part(), random: part(), guides: part() }
  expect(Object.keys(chooseParts(parts, ['guides', 'storms']))).toEqual(['guides', 'storms'])
  expect(chooseParts(parts, [])).toBe(parts)
})

test('an unknown part is refused with the list, and with the name that was probably meant', () => {
  const parts = { storms: part(), random: part() }
  const list = 'The parts are storms, random.'
  expect(() => chooseParts(parts, ['random', 'strom'])).toThrow(
    `There is no part "strom": did you mean "storms"? ${list}`,
  )
  expect(() => chooseParts(parts, ['xyz'])).toThrow(`There is no part "xyz". ${list}`)
})

test.each([
  [['nightly', 'strom'], 'There is no part "strom": did you mean "storms"?'],
  [['nightly', 'gate'], 'There is no part "gate".'],
  [['gate', 'storms'], '"gate storms" is neither "gate" nor "all".'],
  [['nightly', 'storms', '--long'], '--long is for parts that try more with it: storms do not.'],
  [['al'], '"al" is neither "gate" nor "all".'],
])('the arguments %j are refused before anything runs', (args, message) => {
  expect(refusal(args)).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(message) })
})

function refusal(args) {
  try {
    execFileSync(process.execPath, [join(import.meta.dirname, 'prove.mjs'), ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
  } catch ({ status, stdout, stderr }) {
    return { status, stdout, stderr }
  }
}
