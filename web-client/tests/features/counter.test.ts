import { describe, expect, test } from 'vitest'
import {
  digitsIn,
  groupedDigits,
  idTailIn,
  isIdTail,
  isTraceCode,
  tokenIn,
  traceCodesIn,
} from '@/features/prescriptions/counter/codes'

const TOKEN = '3iTgBLTV1z8OwTMCheqN_-'

describe('what a scanner types', () => {
  test('is the token, alone or at the end of the public address', () => {
    expect(tokenIn(TOKEN)).toBe(TOKEN)
    expect(tokenIn(` https://lianyi.example/rx#${TOKEN}\n`)).toBe(TOKEN)
  })

  test('is no token when it is cut off, is the address alone, or holds what no token holds', () => {
    expect(tokenIn(TOKEN.slice(0, 12))).toBeUndefined()
    expect(tokenIn('https://lianyi.example/rx')).toBeUndefined()
    expect(tokenIn('https://lianyi.example/rx#')).toBeUndefined()
    expect(tokenIn(`${TOKEN.slice(0, 20)}+/`)).toBeUndefined()
    expect(tokenIn('')).toBeUndefined()
  })

  test('eight digits are never taken for a token', () => {
    expect(tokenIn('9187 9441')).toBeUndefined()
    expect(tokenIn('91879441')).toBeUndefined()
  })
})

describe('digits that somebody says', () => {
  test('count however they are grouped, full-width ones too', () => {
    expect(digitsIn('9187 9441')).toBe('91879441')
    expect(digitsIn('9187-9441')).toBe('91879441')
    expect(digitsIn('９１８７　９４４１')).toBe('91879441')
  })

  test('are shown in fours, and read back as they were', () => {
    expect(groupedDigits('91879441')).toBe('9187 9441')
    expect(groupedDigits('918')).toBe('918')
    expect(digitsIn(groupedDigits('91879441'))).toBe('91879441')
  })
})

describe('the end of an ID number', () => {
  test('is four digits, the last may be X, in any width and case', () => {
    expect(isIdTail(idTailIn('1234'))).toBe(true)
    expect(isIdTail(idTailIn(' 123x '))).toBe(true)
    expect(isIdTail(idTailIn('１２３Ｘ'))).toBe(true)
  })

  test('is nothing shorter, longer, or with the X elsewhere', () => {
    for (const wrong of ['', '123', '12345', 'X234', '12X4', 'abcd'])
      expect(isIdTail(idTailIn(wrong)), wrong).toBe(false)
  })
})

describe('traceability codes', () => {
  const [ONE, TWO] = ['81234567890123456789', '81234567890123456790']

  test('come one a line, or parted by commas and blanks of either width, each once', () => {
    expect(traceCodesIn(`${ONE}\n${TWO}\r\n${ONE}`)).toEqual([ONE, TWO])
    expect(traceCodesIn(`${ONE}，${TWO}、${ONE}; ${TWO}`)).toEqual([ONE, TWO])
    expect(traceCodesIn(' \n ')).toEqual([])
  })

  test('are letters and digits of a believable length', () => {
    expect(isTraceCode(ONE)).toBe(true)
    expect(isTraceCode('123456')).toBe(false)
    expect(isTraceCode('1'.repeat(41))).toBe(false)
    expect(isTraceCode('8123-4567-8901')).toBe(false)
  })
})
