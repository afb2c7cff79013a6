import { APP_MODELS, APP_PLUGINS, DEFAULT_MODEL, DEFAULT_PLUGINS, KINDS } from './kinds.ts'

const rows = (entries: readonly (readonly [string, string])[]): string =>
  entries.map(([name, does]) => `  ${name.padEnd(20)}${does}`).join('\n')

export const HELP: string = `Makes an app or a service that uses Stageflow, or a plugin for it.

Usage: npm create stageflow@latest [name] -- [options]

The name is in kebab-case, with a scope if you like. A plugin gets the prefix that it is found by: quota becomes
stageflow-interceptor-quota. On a terminal, the command asks for what you leave out.

Options:
${rows([
  ['--template <kind>', `${Object.keys(KINDS).join(', ')}. Default with --yes: app`],
  ['--model <name>', `For an app or a service: ${Object.keys(APP_MODELS).join(', ')}. Default: ${DEFAULT_MODEL}`],
  ['--plugins <list>', `For an app, with commas between them. Default: ${DEFAULT_PLUGINS.join(',')}`],
  ['--folder <path>', 'Where to put it. Default: a new folder, called like the package'],
  ['-y, --yes', 'Takes the defaults, and asks nothing'],
  ['--no-install', 'Writes the files only'],
  ['-h, --help', 'Prints this'],
])}

Templates:
${rows(Object.entries(KINDS))}

Models:
${rows(Object.entries(APP_MODELS).map(([name, { does }]) => [name, does] as const))}

Plugins:
${rows(Object.entries(APP_PLUGINS).map(([name, { does }]) => [name, does] as const))}

Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 cancelled
`
