import cascade as cs


@cs.task
def work(n: int) -> int:
    return n


many = work.map(n=[1, 2])
cs.run(cs.bind(work(3), cs.select_jump({"again": many})))
