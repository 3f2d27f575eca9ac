"""Graphs as dicts of lists (or dicts of dicts with weights)."""

import heapq

INFINITY = float("inf")
DIRECTIONS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def breadth_first(graph, start):
    visited = [start]
    queue = [start]
    while queue:
        node = queue.pop(0)
        for neighbour in graph[node]:
            if neighbour not in visited:
                visited.append(neighbour)
                queue.append(neighbour)
    return visited


def depth_first(graph: dict, start, visited=None) -> list:
    if visited is None:
        visited = []
    visited.append(start)
    for nxt in graph.get(start, []):
        if nxt not in visited:
            depth_first(graph, nxt, visited)
    return visited


def depth_first_iterative(graph, start):
    explored, stack = set(), [start]
    order = []
    while stack:
        v = stack.pop()
        if v in explored:
            continue
        explored.add(v)
        order.append(v)
        stack.extend(w for w in reversed(graph[v]) if w not in explored)
    return order


def shortest_path(graph, start, goal):
    """BFS with paths."""
    if start == goal:
        return [start]
    explored = []
    queue = [[start]]
    while queue:
        path = queue.pop(0)
        node = path[-1]
        if node not in explored:
            for neighbour in graph[node]:
                new_path = list(path)
                new_path.append(neighbour)
                queue.append(new_path)
                if neighbour == goal:
                    return new_path
            explored.append(node)
    return None


def all_paths(graph, start, end, path=()):
    path = path + (start,)
    if start == end:
        return [path]
    paths = []
    for node in graph.get(start, ()):
        if node not in path:
            paths += all_paths(graph, node, end, path)
    return paths


def has_cycle(graph: dict) -> bool:
    white, grey, black = 0, 1, 2
    color = {node: white for node in graph}

    def visit(node):
        color[node] = grey
        for other in graph[node]:
            if color.get(other, black) == grey:
                return True
            if color.get(other) == white and visit(other):
                return True
        color[node] = black
        return False

    return any(color[node] == white and visit(node) for node in graph)


def topological_sort(graph):
    """Kahn's algorithm."""
    indegree = {node: 0 for node in graph}
    for targets in graph.values():
        for t in targets:
            indegree[t] = indegree.get(t, 0) + 1
    ready = [n for n, d in indegree.items() if d == 0]
    order = []
    while ready:
        n = ready.pop()
        order.append(n)
        for t in graph.get(n, []):
            indegree[t] -= 1
            if not indegree[t]:
                ready.append(t)
    if len(order) != len(indegree):
        raise ValueError("graph has a cycle")
    return order


def connected_components(graph):
    seen: set = set()
    components = []
    for node in graph:
        if node in seen:
            continue
        component = set(depth_first(graph, node))
        components.append(sorted(component))
        seen |= component
    return components


def dijkstra(graph, start):
    dist = {node: INFINITY for node in graph}
    dist[start] = 0
    previous = {}
    heap = [(0, start)]
    while heap:
        d, u = heapq.heappop(heap)
        if d > dist[u]:
            continue
        for v, w in graph[u].items():
            if w < 0:
                raise ValueError(f"negative edge {u!r} -> {v!r}: {w}")
            if (alt := d + w) < dist.get(v, INFINITY):
                dist[v] = alt
                previous[v] = u
                heapq.heappush(heap, (alt, v))
    return dist, previous


def reconstruct(previous, start, goal):
    path = [goal]
    while path[-1] != start:
        try:
            path.append(previous[path[-1]])
        except KeyError:
            raise LookupError(f"no way from {start} to {goal}") from None
        if len(path) > len(previous) + 1:
            return "loop"
    return path[::-1]


def bellman_ford(edges, count, source):
    distance = [INFINITY] * count
    distance[source] = 0.0
    for _ in range(count - 1):
        changed = False
        for u, v, w in edges:
            if distance[u] != INFINITY and distance[u] + w < distance[v]:
                distance[v] = distance[u] + w
                changed = True
        if not changed:
            break
    for u, v, w in edges:
        if distance[u] != INFINITY and distance[u] + w < distance[v]:
            raise Exception("Negative cycle found")
    return distance


def floyd_warshall(weights):
    n = len(weights)
    dist = [row[:] for row in weights]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if dist[i][k] + dist[k][j] < dist[i][j]:
                    dist[i][j] = dist[i][k] + dist[k][j]
    return dist


def kruskal(count, edges):
    parent = list(range(count))

    def find(x):
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    tree, total = [], 0
    for u, v, w in sorted(edges, key=lambda e: e[2]):
        a, b = find(u), find(v)
        if a != b:
            parent[a] = b
            tree.append((u, v))
            total += w
    return total, tree


def prim(graph, root):
    in_tree = {root}
    edges = [(w, root, v) for v, w in graph[root].items()]
    heapq.heapify(edges)
    mst = []
    while edges and len(in_tree) < len(graph):
        w, u, v = heapq.heappop(edges)
        if v in in_tree:
            continue
        in_tree.add(v)
        mst.append((u, v, w))
        for nxt, weight in graph[v].items():
            if nxt not in in_tree:
                heapq.heappush(edges, (weight, v, nxt))
    return mst


def is_bipartite(graph):
    color = {}
    for start in graph:
        if start in color:
            continue
        color[start] = 0
        stack = [start]
        while stack:
            node = stack.pop()
            for other in graph[node]:
                if other not in color:
                    color[other] = 1 - color[node]
                    stack.append(other)
                elif color[other] == color[node]:
                    return False
    return True


def strongly_connected(graph):
    """Kosaraju."""
    order, seen = [], set()

    def visit(n):
        seen.add(n)
        for m in graph.get(n, ()):
            if m not in seen:
                visit(m)
        order.append(n)

    for n in graph:
        if n not in seen:
            visit(n)
    back = {}
    for n, ms in graph.items():
        for m in ms:
            back.setdefault(m, []).append(n)
    groups, assigned = [], set()
    for n in reversed(order):
        if n in assigned:
            continue
        group, stack = [], [n]
        assigned.add(n)
        while stack:
            x = stack.pop()
            group.append(x)
            for y in back.get(x, []):
                if y not in assigned:
                    assigned.add(y)
                    stack.append(y)
        groups.append(sorted(group))
    return groups


def tarjan_bridges(graph):
    low, depth, found = {}, {}, []

    def dfs(at, parent, d):
        depth[at] = low[at] = d
        for to in graph[at]:
            if to == parent:
                continue
            if to in depth:
                low[at] = min(low[at], depth[to])
                continue
            dfs(to, at, d + 1)
            low[at] = min(low[at], low[to])
            if low[to] > depth[at]:
                found.append((at, to) if at < to else (to, at))

    for node in graph:
        if node not in depth:
            dfs(node, None, 0)
    return found


def flood_fill(grid, row, col, new):
    old = grid[row][col]
    if old == new:
        return 0
    count, stack = 0, [(row, col)]
    while stack:
        r, c = stack.pop()
        if r < 0 or c < 0 or r >= len(grid) or c >= len(grid[r]) or grid[r][c] != old:
            continue
        grid[r][c] = new
        count += 1
        stack += [(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)]
    return count


def count_islands(grid: list[list[int]]) -> int:
    def sink(r, c):
        if 0 <= r < len(grid) and 0 <= c < len(grid[0]) and grid[r][c]:
            grid[r][c] = 0
            for dr, dc in DIRECTIONS:
                sink(r + dr, c + dc)

    islands = 0
    for r, row in enumerate(grid):
        for c, cell in enumerate(row):
            if cell:
                islands += 1
                sink(r, c)
    return islands


def a_star(grid, start, goal):
    """Shortest number of steps in a grid of 0 (free) and 1 (wall); Manhattan distance."""

    def heuristic(p):
        return abs(p[0] - goal[0]) + abs(p[1] - goal[1])

    best = {start: 0}
    heap = [(heuristic(start), 0, start)]
    while heap:
        _, cost, position = heapq.heappop(heap)
        if position == goal:
            return cost
        for dr, dc in DIRECTIONS:
            r, c = nxt = position[0] + dr, position[1] + dc
            if not (0 <= r < len(grid) and 0 <= c < len(grid[0])) or grid[r][c]:
                continue
            if cost + 1 < best.get(nxt, INFINITY):
                best[nxt] = cost + 1
                heapq.heappush(heap, (cost + 1 + heuristic(nxt), cost + 1, nxt))
    return None


def max_flow(capacity, source, sink):
    """Edmonds-Karp on a matrix, which becomes the residual one."""
    n, flow = len(capacity), 0
    while True:
        parent = [-1] * n
        parent[source] = source
        queue = [source]
        for u in queue:
            for v in range(n):
                if parent[v] < 0 and capacity[u][v] > 0:
                    parent[v] = u
                    queue.append(v)
        if sink == source or parent[sink] < 0:
            return flow
        path, v = INFINITY, sink
        while v != source:
            path = min(path, capacity[parent[v]][v])
            v = parent[v]
        v = sink
        while v != source:
            u = parent[v]
            capacity[u][v] -= path
            capacity[v][u] += path
            v = u
        flow += path


def graph_from_edges(edges, directed=False):
    graph = {}
    for u, v, *weight in edges:
        graph.setdefault(u, {})[v] = weight[0] if weight else 1
        graph.setdefault(v, {})
        if not directed:
            graph[v][u] = graph[u][v]
    return graph


def degree_table(graph):
    for node, others in sorted(graph.items()):
        print(f"{node!s:>4}: {len(others):3d} {'#' * len(others)}")
    print("total", sum(len(o) for o in graph.values()) / 2, sep=" = ")


def page_rank(links, damping=0.85, rounds=20):
    n = len(links)
    ranks = dict.fromkeys(links, 1 / n)
    for _ in range(rounds):
        new = {page: (1 - damping) / n for page in links}
        for page, targets in links.items():
            for target in targets or links:
                new[target] += damping * ranks[page] / len(targets or links)
        ranks = new
    return {page: round(rank, 6) for page, rank in ranks.items()}
