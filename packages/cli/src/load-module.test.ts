import { expect, test } from 'vitest'

import { adviceFor } from './load-module.ts'

// What other versions of Node say. bin.test.ts has the errors of the Node that runs the tests.

const unknownExtension = (extension: string) =>
  Object.assign(new TypeError(`Unknown file extension "${extension}" for /shop/order${extension}`), {
    code: 'ERR_UNKNOWN_FILE_EXTENSION',
  })

test.each(['v22.13.0', 'v22.17.1'])('Node %s is told its flag', (version) => {
  expect(adviceFor(unknownExtension('.ts'), 'order.ts', version)).toMatch(
    new RegExp(
      `^Node ${version} loads TypeScript only with a flag\\. Run: node --experimental-strip-types .* graph order\\.ts$`,
    ),
  )
})

test('a newer Node whose loading of TypeScript was turned off is told so', () => {
  expect(adviceFor(unknownExtension('.ts'), 'order.ts', 'v22.18.0')).toMatch(
    /^This Node was started without .*--no-strip-types/,
  )
})

test('JSX needs tsx in every version', () => {
  expect(adviceFor(unknownExtension('.tsx'), 'page.tsx', 'v22.13.0')).toMatch(
    /has another extension .*node --import tsx .* graph page\.tsx$/,
  )
})

test('an import of a folder needs its file, or tsx', () => {
  const error = Object.assign(new Error("Directory import '/shop/stages' is not supported"), {
    code: 'ERR_UNSUPPORTED_DIR_IMPORT',
  })
  expect(adviceFor(error, 'order.ts', 'v24.0.0')).toMatch(/names a folder .*Import its index file, or do this\./)
})

test('an import of a file that is nowhere is said to be wrong', () => {
  const error = Object.assign(new Error("Cannot find module '/shop/price.ts' imported from /shop/order.ts"), {
    code: 'ERR_MODULE_NOT_FOUND',
    url: 'file:///shop/price.ts',
  })
  expect(adviceFor(error, 'order.ts', 'v24.0.0')).toBe(
    `Node can't load "order.ts": Cannot find module '/shop/price.ts' imported from /shop/order.ts. Check the path of that import.`,
  )
})

test('an error of the code itself has no advice', () => {
  expect(adviceFor(new Error('no key'), 'order.ts', 'v24.0.0')).toBeUndefined()
  expect(adviceFor(undefined, 'order.ts', 'v24.0.0')).toBeUndefined()
})
