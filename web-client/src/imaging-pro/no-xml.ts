/** Stands where vtk.js imports an XML library that is made for Node: its readers of meshes, which nothing here uses. */
export function create(): never {
  throw new Error('no mesh is read here')
}
export const convert = create
