/** The paper of an approved prescription, saved as a file. */
import { fileUrl } from '@/api/client'

export async function savePaper(rx: { id: string; number: string }): Promise<true> {
  const url = await fileUrl(`/api/prescriptions/${rx.id}/pdf`)
  const link = document.createElement('a')
  link.href = url
  link.download = `${rx.number}.pdf`
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return true
}
