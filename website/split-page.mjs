import { posix } from 'node:path'

// A page of the API reference that is too long becomes a list, and a page for each source file whose exports it has.

const SOURCE = /^Defined in: \[packages\/[^/]+\/src\/(\S+?)\.ts:\d+\]/m

/**
 * The pages that `file`, such as `core.md`, is split into, by their paths: `core.md` itself lists all exports, `core/base/clock.md` has
 * those of `src/base/clock.ts`. `moved` says where each anchor of the old page is now.
 */
export function splitPage(file, page) {
  const folder = file.replace(/\.md$/, '')
  const place = posix.dirname(file)
  const [title = '', ...sections] = page.split(/^(?=#{2,3} )/m)
  const name = headingsOf(title)[0]
  const pages = new Map([[file, { text: title, anchors: new Set() }]])
  const old = new Set([slugOf(name)])
  const moved = new Map()
  for (const section of sections) {
    const [heading, ...others] = headingsOf(section)
    if (section.startsWith('## ')) {
      anchorOf(heading, old)
      pages.get(file).text += `\n${section.trim()}\n\n`
      continue
    }
    const [, source] = SOURCE.exec(section) ?? []
    if (source === undefined) {
      for (const each of [heading, ...others]) anchorOf(each, old)
      pages.get(file).text += `${section.trim()}\n\n`
      continue
    }
    const path = `${folder}/${source}.md`
    if (!pages.has(path))
      pages.set(path, {
        text: `---\noutline: 2\n---\n\n# ${source}\n\nExports of \`${name}\`.\n\n`,
        anchors: new Set([slugOf(source)]),
      })
    const of = pages.get(path)
    const targets = [heading, ...others].map((each) => {
      const target = `${path}#${anchorOf(each, of.anchors)}`
      moved.set(anchorOf(each, old), target)
      return target
    })
    of.text += section.replaceAll(/^#(?=##+ )/gm, '')
    pages.get(file).text += `- [\`${heading}\`](${posix.relative(place, targets[0])})${firstSentence(section)}\n`
  }
  return { pages: new Map([...pages].map(([path, { text }]) => [path, text])), moved }
}

/**
 * `text`, which was at `at` and is now at `from`, with its links led to where their targets are. `moved` has the anchors of `file`, a page
 * that was split.
 */
export function followMoved(text, { from, at = from, file, moved }) {
  return text.replaceAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g, (link, path, anchor) => {
    const old = path === '' ? at : posix.join(posix.dirname(at), path)
    const isMoved = old === file && moved.has(anchor)
    if (!isMoved && (at === from || path === '')) return link
    const target = isMoved ? moved.get(anchor) : anchor === undefined ? old : `${old}#${anchor}`
    return `](${posix.relative(posix.dirname(from), target)})`
  })
}

/** The anchors of a page. */
export function anchorsOf(text) {
  const anchors = new Set()
  for (const heading of headingsOf(text)) anchorOf(heading, anchors)
  return anchors
}

/** The headings outside of code, without the marks of Markdown. */
function headingsOf(text) {
  const outside = text.replaceAll(/^```[\s\S]*?^```/gm, '')
  return [...outside.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading.replaceAll(/[\\`]|~~/g, ''))
}

/** As the headings of a page get their anchors: one that comes again gets a number. */
function anchorOf(heading, taken) {
  const slug = slugOf(heading)
  let anchor = slug
  for (let again = 1; taken.has(anchor); again += 1) anchor = `${slug}-${again}`
  taken.add(anchor)
  return anchor
}

const slugOf = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

function firstSentence(section) {
  const [start] = section.replaceAll(/^```[\s\S]*?^```/gm, '').split(/^#{4,} /m)
  const text = start.replaceAll(/^(?:#|Defined in|[|>-]).*$/gm, '')
  const [sentence] = /\S[\s\S]*?\.(?=\s|$)/.exec(text) ?? []
  return sentence === undefined ? '' : `: ${sentence.replaceAll(/\s+/g, ' ')}`
}
