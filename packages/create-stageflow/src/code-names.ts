import { wordsOf } from './naming.ts'
import { UsageError } from './usage-error.ts'

/** A file of a template. */
export interface TemplateFile {
  readonly path: string
  readonly text: string
}

/** Words that cannot be the name of a function, and `then`: a module that exports it can't be imported with `await import()`. */
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally ' +
    'for function if implements import in instanceof interface let new null package private protected public return static super ' +
    'switch then this throw true try typeof var void while with yield'
  ).split(' '),
)
/** Names that Windows gives to devices. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/
const COMMENTS = /\/\*[^]*?\*\/|\/\/.*$/gm
const STRINGS = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g
/** An identifier that isn't read from an object. */
const IDENTIFIER = /(?<![\w$.]|\.\s)[a-z_$][\w$]*/gi
const PLACEHOLDER = /templateName|TemplateName|TEMPLATE_NAME/
const FENCE = /^```ts\n([^]*?)^```$/gm

/**
 * What a plugin is called in the code and the files of its template: its own name, or with `custom-` before it. It gets that if the name
 * already means something there, or in JavaScript. Throws a `UsageError` if it doesn't help.
 */
export function codeNameOf(name: string, templates: readonly TemplateFile[]): string {
  const identifiers = new Set(templates.flatMap(identifiersOf))
  const found = [name, `custom-${name}`].find((word) => isFree(word, identifiers) && fitsFiles(word, templates))
  if (found === undefined)
    throw new UsageError(`"${name}" means something else in the code. Choose a longer name, such as ${name}-guard.`)
  return found
}

/** The text with a name in the place of the words that the templates are written with. */
export function withName(text: string, word: string): string {
  const { camel, pascal, upper } = wordsOf(word)
  return text.replaceAll('templateName', camel).replaceAll('TemplateName', pascal).replaceAll('TEMPLATE_NAME', upper)
}

/** The path of a file, or a text that imports it, with the name of the file. */
export function withFileName(text: string, word: string): string {
  return text.replaceAll(/template-name(?=[\w.-]*\.ts\b)/g, word)
}

/** The identifiers in the code of a template. A README has its code in fences. */
function identifiersOf({ path, text }: TemplateFile): readonly string[] {
  const code = path.endsWith('.md') ? [...text.matchAll(FENCE)].map(([, fence]) => fence).join('\n') : text
  if (!/\.(?:ts|md)$/.test(path)) return []
  return code.replaceAll(STRINGS, "''").replaceAll(COMMENTS, '').match(IDENTIFIER) ?? []
}

/** Whether all identifiers that are made with a word are new ones. */
function isFree(word: string, identifiers: ReadonlySet<string>): boolean {
  const made = [...identifiers].filter((each) => PLACEHOLDER.test(each)).map((each) => withName(each, word))
  const isTaken = (each: string): boolean => identifiers.has(each) || RESERVED.has(each) || each in globalThis
  return made.every((each) => /^[a-z_$]/i.test(each) && !isTaken(each)) && new Set(made).size === made.length
}

/** Whether each file of a template has a path of its own that every system can have. */
function fitsFiles(word: string, templates: readonly TemplateFile[]): boolean {
  const paths = templates.map(({ path }) => withFileName(path, word))
  const isDevice = paths.some((path) => path.split('/').some((part) => DEVICE.test(part.split('.', 1)[0] ?? '')))
  return !isDevice && new Set(paths).size === paths.length
}
