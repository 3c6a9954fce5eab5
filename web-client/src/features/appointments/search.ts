/** Finding a doctor or a department by what people type: characters, pinyin, or initials. Pure. */
import type { DoctorCard } from './asking'

const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s'’·-]/g, '')

/** Whether a doctor is meant; nothing typed means everybody. */
export function matches(card: Pick<DoctorCard, 'name' | 'sounds' | 'department'>, typed: string): boolean {
  const wanted = plain(typed)
  if (!wanted) return true
  return (
    plain(card.name).includes(wanted) ||
    plain(card.department).includes(wanted) ||
    card.sounds.split(' ').some((sound) => sound.startsWith(wanted))
  )
}
