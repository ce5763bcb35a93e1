/**
 * The owner of each cell, as a function of the cells and the workers that are alive, so that every process comes to the
 * same answer. Pure. Contract: section 11, "Owners": of k workers none owns more than ⌈cells/k⌉. A hash ring of
 * `effect/cluster` bounds a worker by ⌊cells/k⌉ and gives what is left to any, which may be two to one of three workers;
 * hence rendezvous hashing with that bound. A worker that goes leaves most of the others' cells where they are. A worker
 * that does not reach a cell's database is passed over where another does, even if that has its share of cells already.
 */

/** FNV-1a of 32 bits, mixed once more: ids and addresses differ in a few characters. */
const scoreOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Assigns a worker to each cell; the name is empty if there is no worker. Workers are named by their addresses. */
export const assign = (
  cells: ReadonlyArray<number>,
  workers: ReadonlyArray<string>,
  isAbsent: (worker: string, cell: number) => boolean = () => false
): ReadonlyMap<number, string> => {
  const all = [...new Set(workers)].toSorted()
  const most = Math.ceil(cells.length / all.length)
  const loads = new Map<string, number>()
  const loadOf = (worker: string) => loads.get(worker) ?? 0
  const owners = new Map<number, string>()
  for (const cell of cells.toSorted((a, b) => a - b)) {
    const ranked = all.toSorted((a, b) => scoreOf(`${b} ${cell}`) - scoreOf(`${a} ${cell}`))
    const present = ranked.filter((worker) => !isAbsent(worker, cell))
    const able = present.length === 0 ? ranked : present
    const owner = able.find((worker) => loadOf(worker) < most) ?? able.toSorted((a, b) => loadOf(a) - loadOf(b))[0]
    if (owner === undefined) continue
    loads.set(owner, loadOf(owner) + 1)
    owners.set(cell, owner)
  }
  return owners
}
