/** The talk between pharmacist and doctor about one prescription. */
import { api, got } from '@/api/client'

const at = (prescription_id: string) => ({ params: { path: { prescription_id } } })

export const said = (id: string) => got(api.GET('/api/prescriptions/{prescription_id}/messages', at(id)))

export const say = (key: string, id: string, text: string) =>
  got(
    api.POST('/api/prescriptions/{prescription_id}/messages', {
      ...at(id),
      headers: { 'Idempotency-Key': key },
      body: { text },
    }),
  )
