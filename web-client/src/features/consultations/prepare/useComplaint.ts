/**
 * Complaint and danger signs on their way to the server: kept in this tab until they are there, checked before they end
 * anything, and sent together.
 */
import { computed, ref, watch } from 'vue'
import { answersOf, type Sign } from './danger'
import type { Visit } from '../visits'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { put, refetch, useQuery } from '@/api/queries'
import { t } from '@/i18n/words/prepare'

const MOST = 20
const LEAST_WORDS = 2

export type Complaint = ReturnType<typeof useComplaint>

export function useComplaint(visit: () => Visit | undefined, id: string) {
  const keptAt = `lianyi.complaint.${id}`
  const text = ref(sessionStorage.getItem(keptAt) ?? '')
  const chosen = ref<string[]>([])
  const ticked = ref<Sign[]>([])
  let filled = text.value !== ''

  watch(
    visit,
    (now) => {
      // What was sent before is there to be corrected, but never over what is being written.
      if (filled || !now?.pre_check) return
      filled = true
      text.value = now.pre_check.complaint
      chosen.value = now.pre_check.answers.map((answer) => answer.symptom_id)
    },
    { immediate: true },
  )
  watch(text, (now) => sessionStorage.setItem(keptAt, now))

  const symptoms = useQuery({
    queryKey: ['triage'],
    queryFn: () => got(api.GET('/api/triage')),
    staleTime: 10 * 60_000,
  })
  const answers = computed(() => answersOf(chosen.value, ticked.value).slice(0, MOST))

  /** Says what the answers lead to; nothing of it is kept. Refused when there is a danger sign. */
  const check = useAction(async (key) => {
    await api.POST('/api/triage', { body: { answers: answers.value }, headers: { 'Idempotency-Key': key } })
    return true
  })
  const send = useAction(async (key) => {
    const sent = await got(
      api.POST('/api/visits/{visit_id}/pre-check', {
        params: { path: { visit_id: id } },
        body: { complaint: text.value.trim(), answers: answers.value },
        headers: { 'Idempotency-Key': key },
      }),
    )
    sessionStorage.removeItem(keptAt)
    put(['visit', id], sent)
    refetch(['visits'])
    return sent
  })
  const dangerous = computed(() => ['red-flag', 'red-flag-offline'].includes(check.problem.value?.code ?? ''))
  /** What is still wrong with the words, to be told; empty when they can be sent. */
  const lacking = () => (text.value.trim().length < LEAST_WORDS ? t('complaint.short') : '')
  return { text, lacking, chosen, ticked, symptoms, check, send, dangerous }
}
