import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { codeNameOf, withFileName, withName, type TemplateFile } from './code-names.ts'
import { APP_MODELS, APP_PLUGINS, DEFAULT_MODEL, type AppModel, type AppPlugin, type Kind } from './kinds.ts'
import type { Names } from './naming.ts'
import { UsageError } from './usage-error.ts'

const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url))
/** A line of the template of an app that only belongs to one of the plugins. */
const PLUGIN_LINE = /^.* \/\/ plugin: ([a-z-]+)\n/gm

/**
 * The files of a new app or plugin: their text by their path. `plugins` and `model`: what an app has. Throws a `UsageError` if the name can't be
 * used: see `codeName`, and an app can't have the name of a package that it installs.
 */
export function templateFiles(
  kind: Kind,
  names: Names,
  plugins: readonly AppPlugin[] = [],
  model: AppModel = DEFAULT_MODEL,
): ReadonlyMap<string, string> {
  const templates = templatesOf(kind, model)
  const codeName = codeNameOf(names.name, templates)
  const files = templates.map(({ path, text }) => {
    const own = path === 'package.json' ? manifestWith(text, kind, names, plugins, model) : withPlugins(text, plugins)
    return [filled(path, names, codeName), filled(own, names, codeName)] as const
  })
  return new Map(files.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** What a plugin is called in its code and its files: its name, or `custom-` before it if the name means something else there. */
export function codeName(kind: Kind, { name }: Names): string {
  return codeNameOf(name, templatesOf(kind, 'none'))
}

/** Of a file that several folders have, the last one counts. */
function templatesOf(kind: Kind, model: AppModel): readonly TemplateFile[] {
  const ofModel = model === 'none' ? [] : [`app-${model}`]
  const folders = kind === 'app' ? ['app', ...ofModel] : ['plugin', kind]
  const files = folders.flatMap((folder) => readFolder(join(TEMPLATES, folder)))
  return [...new Map(files.map((file) => [file.path, file])).values()]
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
function filled(text: string, { packageName, name }: Names, inCode: string): string {
  return withName(withFileName(text, inCode), inCode)
    .replaceAll('template-package', packageName)
    .replaceAll('template-name', name)
}

/** The text of a template, without the lines of plugins that an app doesn't have. */
function withPlugins(text: string, plugins: readonly AppPlugin[]): string {
  const withoutMark = (line: string): string => line.replace(/ \/\/ plugin: .*/, '')
  return text
    .replaceAll(PLUGIN_LINE, (line, plugin: AppPlugin) => (plugins.includes(plugin) ? withoutMark(line) : ''))
    .replace(/return \[\s+\]/, 'return []')
}

/** The manifest in the form that npm writes, without the packages of plugins and models that an app doesn't have. */
function manifestWith(
  text: string,
  kind: Kind,
  { packageName }: Names,
  plugins: readonly AppPlugin[],
  model: AppModel,
): string {
  const manifest = JSON.parse(text) as Manifest
  if (kind === 'app') {
    const chosen = new Set<string>([...plugins, model])
    const others = Object.entries({ ...APP_PLUGINS, ...APP_MODELS }).filter(([name]) => !chosen.has(name))
    for (const name of others.flatMap(([, { packages }]) => packages)) delete manifest.dependencies[name]
  }
  const installed = { ...manifest.dependencies, ...manifest.devDependencies }
  if (Object.hasOwn(installed, packageName))
    throw new UsageError(`The ${kind} installs ${packageName}, so it can't be called that. Choose another name.`)
  return `${JSON.stringify(manifest, null, 2)}\n`
}

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}
