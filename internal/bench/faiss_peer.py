"""Measures faiss on one thread: reads vectors and queries (float32, little-endian), prints one JSON line with processor times.

usage: faiss_peer.py FOLDER DIMENSION GRAPH_VECTORS
"""

import json
import resource
import sys

import faiss
import numpy as np


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def least(work, rounds: int = 3) -> float:
    """The least processor time of some rounds, in ms."""
    times = []
    for _ in range(rounds):
        begin = cpu()
        work()
        times.append(cpu() - begin)
    return min(times) * 1000


def main(folder: str, dimension: int, graph: int) -> None:
    faiss.omp_set_num_threads(1)
    data = np.fromfile(f"{folder}/data.f32", dtype="<f4").reshape(-1, dimension)
    queries = np.fromfile(f"{folder}/queries.f32", dtype="<f4").reshape(-1, dimension)
    flat = faiss.IndexFlatIP(dimension)
    flat.add(data)
    one = sum(least(lambda q=q: flat.search(q[None], 10)) for q in queries) / len(queries)
    eleven = least(lambda: flat.search(queries[:11], 10))
    part = data[:graph]
    small = faiss.IndexFlatIP(dimension)
    small.add(part)
    _, truth = small.search(queries, 10)
    hnsw = faiss.IndexHNSWFlat(dimension, 16, faiss.METRIC_INNER_PRODUCT)
    hnsw.hnsw.efConstruction = 80
    begin = cpu()
    hnsw.add(part)
    built = cpu() - begin
    tried = []
    for ef in (16, 32, 64, 128, 256, 512, 1024):
        hnsw.hnsw.efSearch = ef
        _, found = hnsw.search(queries, 10)
        recall = float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, truth, strict=True)]))
        each = sum(least(lambda q=q: hnsw.search(q[None], 10)) for q in queries) / len(queries)
        tried.append({"ef": ef, "recall": recall, "ms": each})
        if recall >= 0.999:
            break
    print(json.dumps({"version": faiss.__version__, "flat": one, "flat11": eleven, "built": built, "graph": len(part), "tried": tried}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
