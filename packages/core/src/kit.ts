export { fromOtherCopy } from './copies.ts'
