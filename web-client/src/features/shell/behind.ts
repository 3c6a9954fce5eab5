/** What home shows once it is painted. A step of its own, because naming its files would weigh on the first load. */
export const homePlaces = () => import('./HomeBehind.vue')
