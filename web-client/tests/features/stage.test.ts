import { describe, expect, test } from 'vitest'
import { nextTick, ref } from 'vue'
import { useStage } from '@/features/consultations/meeting/useStage'

function a_stage(studies: readonly string[] = ['ct']) {
  const ids = ref(studies)
  const second = ref<string>()
  const away = ref(false)
  const { stage, stages } = useStage(ids, second, away)
  return { ids, second, away, stage, offered: () => stages.value.map((one) => one.value) }
}

describe('what is large in a meeting', () => {
  test('a second picture comes up by itself, and afterwards all is as it was', async () => {
    const { second, stage, offered } = a_stage()
    stage.value = 'video'
    second.value = 'a-2'
    await nextTick()
    expect(stage.value).toBe('second')
    expect(offered()).toEqual(['study', 'video', 'second'])
    second.value = 'b-2'
    await nextTick()
    second.value = undefined
    await nextTick()
    expect(stage.value).toBe('video')
    expect(offered()).toEqual(['study', 'video'])
  })

  test('who looked at something else meanwhile goes on with that', async () => {
    const { second, stage } = a_stage()
    second.value = 'a-2'
    await nextTick()
    stage.value = 'video'
    second.value = undefined
    await nextTick()
    expect(stage.value).toBe('video')
  })

  test("one's own screen does not come up, for it is before one's eyes", async () => {
    const { second, away, stage, offered } = a_stage()
    away.value = true
    second.value = 'me-2'
    await nextTick()
    expect(stage.value).toBe('study')
    expect(offered()).toContain('second')
  })

  test('the first study that comes is looked at, and without any there are the faces', async () => {
    const { ids, stage, offered } = a_stage([])
    expect(offered()).toEqual(['video'])
    ids.value = ['ct']
    await nextTick()
    expect(stage.value).toBe('study')
    ids.value = []
    await nextTick()
    expect(stage.value).toBe('video')
  })
})
