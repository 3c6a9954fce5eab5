/**
 * The page's first script, a small file of its own (vite.config.ts): on a weak line the program takes seconds to arrive,
 * and the login is renewed meanwhile.
 */
import { beginExchange } from '@/api/renewal'

beginExchange()
