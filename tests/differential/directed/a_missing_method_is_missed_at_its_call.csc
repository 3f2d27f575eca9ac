# A method that is missing is missed at the place of its call, also where its arguments are certain to have values.
# arguments: 3

flow main(n):
    try:
        if n > 5:
            late = 1
        n.get(0, late)
    except AttributeError:
        emit "before an argument"
    [].get(0, n)
