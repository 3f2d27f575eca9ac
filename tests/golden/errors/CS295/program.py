import cascade as cs


@cs.flow
def main():
    made = []
    for n in range(3):
        made.append(lambda: n)
    return [each() for each in made]
