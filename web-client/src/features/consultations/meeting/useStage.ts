/** What is large in a meeting: a study, the faces, a second picture. */
import { MonitorUp, Scan, Video } from '@lucide/vue'
import { computed, ref, watch, type Ref } from 'vue'
import { t } from '@/i18n/words/meeting'

export type Stage = 'study' | 'video' | 'second'

/** `second`: the place of the second picture, if any; `away`: it is one's own screen, which needs no looking at. */
export function useStage(ids: Ref<readonly string[]>, second: Ref<string | undefined>, away: Ref<boolean>) {
  const stage = ref<Stage>(ids.value.length ? 'study' : 'video')
  let before: Stage = stage.value
  watch(
    () => ids.value.length,
    (count, had) => {
      if (count > 0 && had === 0) stage.value = 'study'
      else if (count === 0) stage.value = 'video'
    },
  )
  // It comes up by itself, and afterwards all is as it was.
  watch(second, (now, was) => {
    if (now && !away.value) {
      if (!was) before = stage.value
      stage.value = 'second'
    } else if (!now && stage.value === 'second') stage.value = before
  })
  const stages = computed(() => [
    ...(ids.value.length ? [{ value: 'study' as const, label: t('stage.study'), icon: Scan }] : []),
    { value: 'video' as const, label: t('stage.video'), icon: Video },
    ...(second.value ? [{ value: 'second' as const, label: t('stage.second'), icon: MonitorUp }] : []),
  ])
  return { stage, stages }
}
