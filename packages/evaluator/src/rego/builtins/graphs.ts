import { isArray, RegoObject, RegoSet, type RegoValue } from '../values/value.ts';
import { checkElements, membersOperand, objectOperand, type BuiltinTable } from './builtin.ts';

export const graphs: BuiltinTable = {
  'graph.reachable_paths'(_context, graph, initial) {
    const edges = objectOperand(graph, 1);
    const paths: RegoValue[] = [];
    for (const root of membersOperand(initial, 2)) {
      const neighbours = neighboursOf(edges, root);
      if (neighbours === undefined) continue;
      if (neighbours.length === 0) paths.push([root]);
      const visited = new RegoSet([root]);
      for (const neighbour of neighbours) collectPaths(edges, neighbour, [root], visited, paths);
    }
    return new RegoSet(paths);
  },
};

/** Undefined for a vertex that is not in the graph. */
function neighboursOf(graph: RegoObject, vertex: RegoValue): readonly RegoValue[] | undefined {
  const edges = graph.get(vertex);
  if (edges === undefined) return undefined;
  if (edges instanceof RegoSet) return edges.members();
  return isArray(edges) ? edges : [];
}

/** Follows all edges until they end, leave the graph or come back to the path. */
function collectPaths(
  graph: RegoObject,
  vertex: RegoValue,
  path: readonly RegoValue[],
  visited: RegoSet,
  paths: RegoValue[],
): void {
  checkElements(paths.length);
  const neighbours = neighboursOf(graph, vertex);
  if (neighbours === undefined) {
    paths.push(path);
    return;
  }
  const longer = [...path, vertex];
  if (neighbours.length === 0) {
    paths.push(longer);
    return;
  }
  const seen = new RegoSet([...visited.members(), vertex]);
  for (const neighbour of neighbours) {
    if (seen.has(neighbour)) paths.push(longer);
    else collectPaths(graph, neighbour, longer, seen, paths);
  }
}
