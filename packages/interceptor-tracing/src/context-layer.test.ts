import { ROOT_CONTEXT, createContextKey } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { ContextLayer } from './context-layer.ts'

const [own, outer, other] = ['own', 'outer', 'other'].map((name) => createContextKey(name)) as [symbol, symbol, symbol]

test('a layer has its own value and the values around it, and changes none of them', () => {
  const around = ROOT_CONTEXT.setValue(outer, 'around')
  const layer = new ContextLayer(around, own, 'mine')
  const changed = layer.setValue(outer, 'changed').setValue(other, 'more')
  expect([own, outer, other].map((key) => changed.getValue(key))).toEqual(['mine', 'changed', 'more'])
  expect([own, outer, other].map((key) => layer.getValue(key))).toEqual(['mine', 'around', undefined])
  expect(around.getValue(own)).toBeUndefined()
})

test('a deleted value is gone inside the layer, and stays outside', () => {
  const layer = new ContextLayer(ROOT_CONTEXT, own, 'mine')
  expect(layer.deleteValue(own).getValue(own)).toBeUndefined()
  expect(layer.getValue(own)).toBe('mine')
})
