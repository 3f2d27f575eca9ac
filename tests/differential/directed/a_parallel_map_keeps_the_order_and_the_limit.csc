# A parallel map keeps the order and the limit.
# arguments: [3, 1, 2, 1]; 10
from tasks import add

flow main(xs, y):
    return parallel [add(x, y) for x in xs if x != 2] limit 2
