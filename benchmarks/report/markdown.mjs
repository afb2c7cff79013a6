/** A table whose first columns are text and whose others are figures. */
export function table(head, rows, textColumns = 1) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column < textColumns ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  )
}

export const list = (items) => items.map((item) => `- ${item}`).join('\n')
