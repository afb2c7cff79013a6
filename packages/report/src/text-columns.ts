import { columnsOf, cutText, padText } from '@stageflow/core/kit'
import { eastAsianWidth } from 'get-east-asian-width'

export const widthOf = (text: string): number => columnsOf(text, eastAsianWidth)
export const cutTo = (text: string, columns: number): string => cutText(text, columns, eastAsianWidth)
export const padTo = (text: string, columns: number): string => padText(text, columns, eastAsianWidth)
