/** A booking into the phone's own calendar: the file needs the login, so it is fetched and then handed over. */
import { useAction } from '@/api/action'
import { fileUrl } from '@/api/client'

const KEPT_FOR_MS = 60_000

export function useCalendar() {
  return useAction(async (_key, bookingId: string) => {
    const url = await fileUrl(`/api/bookings/${bookingId}/calendar`)
    const link = document.createElement('a')
    link.href = url
    link.download = 'lianyi.ics'
    link.click()
    // Phones read the file after the tap.
    window.setTimeout(() => URL.revokeObjectURL(url), KEPT_FOR_MS)
    return true
  })
}
