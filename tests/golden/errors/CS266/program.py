import cascade as cs

count = 0


@cs.flow
def main():
    global count
    count += 1
