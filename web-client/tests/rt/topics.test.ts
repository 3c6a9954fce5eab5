import { beforeEach, describe, expect, test } from 'vitest'
import { Topics } from '@/rt/topics'
import { FakeLine } from '../fakes'

describe('topics', () => {
  let line: FakeLine
  let topics: Topics

  beforeEach(() => {
    line = new FakeLine()
    topics = new Topics(line)
  })

  test('are watched once for several watchers and given up with the last', () => {
    const first = topics.watch('visit:1', () => undefined)
    const second = topics.watch('visit:1', () => undefined)
    expect(line.sentAs('topic:watch')).toEqual([{ topic: 'visit:1' }])
    first()
    expect(line.sentAs('topic:unwatch')).toEqual([])
    second()
    expect(line.sentAs('topic:unwatch')).toEqual([{ topic: 'visit:1' }])
  })

  test('tell their watchers and nobody else', () => {
    const told: (string | null)[] = []
    topics.watch('visit:1', (id) => told.push(id))
    line.push('changed', { topic: 'visit:1', id: 'a' })
    line.push('changed', { topic: 'visit:2', id: 'b' })
    expect(told).toEqual(['a'])
  })

  test('are watched again after a loss, and told as changed, for a push may have been missed', () => {
    const told: (string | null)[] = []
    topics.watch('visit:1', (id) => told.push(id))
    line.become('lost')
    line.become('on')
    expect(line.sentAs('topic:watch')).toHaveLength(2)
    expect(told).toEqual([null])
  })
})
