export { fromOtherCopy } from './base/objects.ts'
