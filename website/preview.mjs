import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import chromium from '@sparticuz/chromium'
import { chromium as browsers } from 'playwright-core'

// Makes a PNG of the drawings that need one, in Chromium: `node scripts/docs/site.mjs picture`.

const FOLDER = import.meta.dirname
const PICTURES = [
  { drawing: 'preview.svg', picture: 'public/og.png', width: 1200, height: 630 },
  { drawing: 'public/logo.svg', picture: 'public/apple-touch-icon.png', width: 180, height: 180 },
]

const browser = await browsers.launch({
  executablePath: await chromium.executablePath(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'],
})
try {
  for (const { drawing, picture, width, height } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light' })
    await page.setContent(readFileSync(join(FOLDER, drawing), 'utf8'))
    await page.addStyleTag({
      content: `body { margin: 0 } svg { display: block; width: ${width}px; height: ${height}px }`,
    })
    await page.screenshot({ path: join(FOLDER, picture) })
    await page.close()
  }
} finally {
  await browser.close()
}
