/** Cloud film: making a link, what became of it, taking it back; and opening one that somebody sent. */
import { refetch, useQuery } from '@/api/queries'
import { api, got } from '@/api/client'
import { useAction } from '@/api/action'
import type { components } from '@/api/schema'

export type Film = components['schemas']['FilmView']
export type NewFilm = components['schemas']['NewFilmView']
export type FilmAccess = components['schemas']['FilmAccessView']
export type FilmOpening = components['schemas']['FilmOpeningView']
export const LONGEST_DAYS = 7

export function useFilms(studyId: () => string) {
  return useQuery({
    queryKey: () => ['films', studyId()],
    queryFn: () => got(api.GET('/api/imaging/films', { params: { query: { study_id: studyId() } } })),
    staleTime: 0,
  })
}

export const useMakeFilm = () =>
  useAction(async (_key, study_id: string, days: number) => {
    const made = await got(
      api.POST('/api/imaging/studies/{study_id}/films', { params: { path: { study_id } }, body: { days } }),
    )
    refetch(['films', study_id])
    return made
  })

export const useRevokeFilm = () =>
  useAction(async (key, film_id: string) => {
    const headers = { 'Idempotency-Key': key }
    const film = await got(
      api.POST('/api/imaging/films/{film_id}/revoke', { params: { path: { film_id } }, headers }),
    )
    refetch(['films', film.study_id])
    return film
  })

export function useAccesses(filmId: () => string | undefined) {
  return useQuery({
    queryKey: () => ['film-accesses', filmId()],
    queryFn: () =>
      got(
        api.GET('/api/imaging/films/{film_id}/accesses', {
          params: { path: { film_id: filmId() ?? '' } },
        }),
      ),
    enabled: () => Boolean(filmId()),
    staleTime: 0,
  })
}

export const openFilm = (secret: string, id_last4: string): Promise<FilmOpening> =>
  got(api.POST('/api/film-openings', { body: { secret, id_last4 } }))

/** The secret out of an address or its fragment; undefined when there is none. */
export function secretIn(text: string): string | undefined {
  const found = /(?:^|#)([A-Za-z0-9_-]{32})$/.exec(text.trim())
  return found?.[1]
}

/** The last four characters of an ID number as people type them. */
export function digitsIn(typed: string): string {
  return typed
    .replaceAll(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replaceAll(/[xＸｘ]/g, 'X')
    .replaceAll(/[^0-9X]/g, '')
    .slice(0, 4)
}
