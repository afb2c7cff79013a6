import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { APP_PLUGINS, type AppPlugin, type Kind } from './kinds.ts'
import { wordsOf, type Names } from './naming.ts'
import { UsageError } from './usage-error.ts'

const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url))
/** Words that cannot be the name of a function. */
const KEYWORDS =
  /^(arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/
/** A line of the template of an app that only belongs to one of the plugins. */
const PLUGIN_LINE = /^.* \/\/ plugin: ([a-z-]+)\n/gm

/**
 * The files of a new app or plugin: their text by their path. `plugins`: what an app has. Throws a `UsageError` if the name can't be
 * used in the code of the template.
 */
export function templateFiles(
  kind: Kind,
  names: Names,
  plugins: readonly AppPlugin[] = [],
): ReadonlyMap<string, string> {
  const folders = kind === 'app' ? ['app'] : ['plugin', kind]
  const templates = folders.flatMap((folder) => readFolder(join(TEMPLATES, folder)))
  refuseTaken(kind, names.name, templates)
  const files = templates.map(({ path, text }) => {
    const own = path === 'package.json' ? manifestWith(text, kind, plugins) : withPlugins(text, plugins)
    return [filled(path, names), filled(own, names)] as const
  })
  return new Map(files.sort(([one], [other]) => (one < other ? -1 : 1)))
}

interface TemplateFile {
  readonly path: string
  readonly text: string
}

function readFolder(folder: string): readonly TemplateFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map((entry) => {
    const file = join(entry.parentPath, entry.name)
    const path = relative(folder, file).replaceAll('\\', '/')
    return { path: realName(path), text: readFileSync(file, 'utf8') }
  })
}

/** npm leaves .gitignore out of a package, and a package.json inside a package confuses tools: here they begin with _. */
function realName(path: string): string {
  return path === '_package.json' ? 'package.json' : path.replace(/^_/, '.')
}

/** Puts the names in the place of the words that the templates are written with. */
function filled(text: string, { packageName, name }: Names): string {
  const { camel, pascal, upper } = wordsOf(name)
  return text
    .replaceAll('template-package', packageName)
    .replaceAll('template-name', name)
    .replaceAll('templateName', camel)
    .replaceAll('TemplateName', pascal)
    .replaceAll('TEMPLATE_NAME', upper)
}

/**
 * An interceptor's function has its name, and its options are named after it. Throws a `UsageError` if the files of the template already
 * use one of these names, or if JavaScript does.
 */
function refuseTaken(kind: Kind, name: string, templates: readonly TemplateFile[]): void {
  if (kind !== 'interceptor') return
  const { camel, pascal } = wordsOf(name)
  const word = new RegExp(`\\b(?:${camel}|${pascal}Options)\\b`)
  const isTaken = templates.some(({ path, text }) => path.endsWith('.ts') && word.test(text))
  if (isTaken || KEYWORDS.test(camel))
    throw new UsageError(`"${name}" means something else in the code. Choose a longer name, such as ${name}-guard.`)
}

/** The text of a template, without the lines of plugins that an app doesn't have. */
function withPlugins(text: string, plugins: readonly AppPlugin[]): string {
  const withoutMark = (line: string): string => line.replace(/ \/\/ plugin: .*/, '')
  return text
    .replaceAll(PLUGIN_LINE, (line, plugin: AppPlugin) => (plugins.includes(plugin) ? withoutMark(line) : ''))
    .replace(/return \[\s+\]/, 'return []')
}

/** The manifest in the form that npm writes, without the packages of plugins that an app doesn't have. */
function manifestWith(text: string, kind: Kind, plugins: readonly AppPlugin[]): string {
  const manifest = JSON.parse(text) as { dependencies: Record<string, string> }
  if (kind === 'app') {
    const others = Object.entries(APP_PLUGINS).filter(([plugin]) => !plugins.includes(plugin as AppPlugin))
    for (const name of others.flatMap(([, { packages }]) => packages)) delete manifest.dependencies[name]
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}
