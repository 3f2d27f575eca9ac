flow main(policies: any):
    x = helper()
    return x

flow helper():
    return 1
