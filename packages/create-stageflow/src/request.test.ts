import { expect, test } from 'vitest'

import { requestOf } from './request.ts'
import { UsageError } from './usage-error.ts'

test('everything can be said by options', () => {
  const argv = [
    'quota',
    '--template',
    'app',
    '--model',
    'openai',
    '--plugins=retry, report,retry',
    '--folder',
    'there',
    '-y',
    '--no-install',
  ]
  expect(requestOf(argv)).toEqual({
    name: 'quota',
    kind: 'app',
    model: 'openai',
    plugins: ['retry', 'report'],
    folder: 'there',
    yes: true,
    install: false,
    help: false,
  })
})

test('what is left out is left open', () => {
  const open = { name: undefined, kind: undefined, model: undefined, plugins: undefined, folder: undefined }
  expect(requestOf([])).toEqual({ ...open, yes: false, install: true, help: false })
})

test('an app may have no plugin', () => {
  expect(requestOf(['--plugins', '']).plugins).toEqual([])
})

const FLAGS = 'There are: --template, --model, --plugins, --folder, --yes, --no-install, --help.'
const TEMPLATES = 'There are: app, service, interceptor, sink, exporter, store.'
const PLUGINS =
  'There are: idempotency, retry, timeout, circuit-breaker, tracing, metrics, child-tracker, logging, report, auth, defaults.'

test.each([
  [['--tempalte', 'app'], `There is no option --tempalte. Did you mean --template? ${FLAGS}`],
  [['-t', 'app'], `There is no option -t. ${FLAGS}`],
  [['--no-instal'], `There is no option --no-instal. Did you mean --no-install? ${FLAGS}`],
  [['--template'], '--template needs a value: --template interceptor.'],
  [['--template', '--yes'], '--template needs a value: --template interceptor.'],
  [['--yes=no'], '--yes takes no value, and got "no".'],
  [['--template', 'interceptors'], `There is no template "interceptors". Did you mean interceptor? ${TEMPLATES}`],
  [['--template', 'gadget'], `There is no template "gadget". ${TEMPLATES}`],
  [['--plugins', 'retry,timeouts'], `There is no plugin "timeouts". Did you mean timeout? ${PLUGINS}`],
  [['--template', 'sink', '--plugins', 'retry'], '--plugins is for apps: leave it out, or pass --template app.'],
  [['--model'], '--model needs a value: --model openai.'],
  [['--model', 'open-ai'], 'There is no model "open-ai". Did you mean openai? There are: ai-sdk, openai, none.'],
  [
    ['--template', 'service', '--plugins', 'retry'],
    '--plugins is for apps: a service has them all. Leave it out, or pass --template app.',
  ],
  [
    ['--model', 'openai', '--template', 'sink'],
    '--model is for apps and services: leave it out, or pass --template app.',
  ],
  [['my', 'app'], 'There is one name, and 2 were given: my, app.'],
])('the arguments %j are refused, and the message says what is meant', (argv, message) => {
  expect(() => requestOf(argv)).toThrow(new UsageError(message))
})

test.each(['C:\\work\\a', 'c:/work/a', 'packages\\orders'])('the folder %s is a path of Windows alone', (folder) => {
  expect(requestOf(['--folder', folder], 'win32').folder).toBe(folder)
  for (const platform of ['linux', 'darwin'])
    expect(() => requestOf(['--folder', folder], platform)).toThrow(
      new UsageError(`--folder "${folder}" is a path of Windows. Separate its folders with /, without a drive.`),
    )
})

test('an empty folder, as of a variable of the shell that is not set, is refused', () => {
  for (const argv of [['--folder', ''], ['--folder=']])
    expect(() => requestOf(argv)).toThrow('--folder is empty. Pass a path: --folder packages/quota.')
})
