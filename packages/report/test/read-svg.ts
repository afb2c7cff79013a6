/** An element of an SVG text. `text` is what it shows, its children included. */
export interface SvgElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly SvgElement[]
  readonly text: string
}

interface OpenElement extends SvgElement {
  readonly children: SvgElement[]
  text: string
}

const TOKEN = /<(\/?)([a-z][A-Za-z]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/gy
const ATTRIBUTE = /([a-zA-Z][a-zA-Z0-9:-]*)="([^"<]*)"/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }
/** What XML 1.0 forbids in any place. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/** Reads the XML that timelineSvg may write, and throws if it isn't well-formed. */
export function readSvg(svg: string): SvgElement {
  if (FORBIDDEN.test(svg)) throw new Error('The SVG contains a character that XML forbids.')
  const root: OpenElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const lexer = new RegExp(TOKEN)
  while (lexer.lastIndex < svg.length) {
    const from = lexer.lastIndex
    const [, closes, name, attributes, closesItself, text] = lexer.exec(svg) ?? fail(`at ${svg.slice(from, from + 60)}`)
    const parent = open.at(-1) as OpenElement
    if (text !== undefined) addText(open, unescaped(text))
    else if (closes === '/') {
      if (parent.name !== name) fail(`</${name}> closes <${parent.name}>`)
      open.pop()
    } else {
      const element: OpenElement = { name: String(name), attributes: read(attributes ?? ''), children: [], text: '' }
      parent.children.push(element)
      if (closesItself !== '/') open.push(element)
    }
  }
  const [svgElement, ...more] = root.children
  if (open.length > 1 || svgElement === undefined || more.length > 0) fail('the elements are not one tree')
  return svgElement as SvgElement
}

/** All elements below this one with a class, in document order. */
export function withClass(element: SvgElement, name: string): SvgElement[] {
  const own = element.attributes['class']?.split(' ').includes(name) === true ? [element] : []
  return [...own, ...element.children.flatMap((child) => withClass(child, name))]
}

/** All elements below this one with this tag, in document order. */
export function withTag(element: SvgElement, tag: string): SvgElement[] {
  return [...(element.name === tag ? [element] : []), ...element.children.flatMap((child) => withTag(child, tag))]
}

/** A numeric attribute. */
export function numberOf({ attributes }: SvgElement, name: string): number {
  const value = Number(attributes[name])
  if (!Number.isFinite(value)) fail(`${name} is ${attributes[name]}`)
  return value
}

function addText(open: readonly OpenElement[], text: string): void {
  for (const element of open) element.text += text
}

function read(attributes: string): Record<string, string> {
  const pairs = [...attributes.matchAll(ATTRIBUTE)].map(([, key, value]) => [String(key), unescaped(String(value))])
  const entries = Object.fromEntries(pairs) as Record<string, string>
  if (Object.keys(entries).length < pairs.length) fail(`an attribute is there twice: ${attributes}`)
  return entries
}

function unescaped(text: string): string {
  return text.replaceAll(/&([^;]*);?/g, (whole, name: string) => ENTITIES[name] ?? fail(`the entity ${whole}`))
}

function fail(why: string): never {
  throw new Error(`The SVG is not well-formed: ${why}.`)
}
